package dev.fettle.tokenizer.check;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegexCheckTest {

  /** The split patterns of published tokenizers. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
        "(?:'[sS]|'[tT]|'[rR][eE])|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
        "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
        "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
        " ?[^(\\s|[.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c])]+",
        "\\p{N}{1,3}(?=(?:\\p{N}{3})*(?!\\p{N}))",
        "(?=(\\d{3})+(?!\\d))",
        "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+",
        "\\s?\\p{L}+",
        "[\r\n]",
        "(?:\\r?\\n)+(?!\\r?\\n)",
        " {2,}",
        "\\d",
        "[0-9][0-9][0-9]"
      })
  void publishedPatternsAreTaken(String regex) {
    assertThatCode(() -> RegexCheck.check("x", regex)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(a+)+b",
        "(a|a)*b",
        "(?:a?a)*b",
        "(\\w+\\s*)+$",
        "\\w*\\w*\\w*x",
        "(?:a{1,2})*b",
        ".*.*x",
        "(?=(a+)+b)",
        "(a)\\1",
        "(?<n>a)\\k<n>",
        "a{99999999}",
        "(?:(?:a{200}){200}){200}",
        "\\X",
        "(?~abc)",
        "(?(1)a|b)",
        "[a",
        "(a",
        "a)",
        "*a"
      })
  void whatMayNotEndOrIsNotUnderstoodIsRefused(String regex) {
    assertThatExceptionOfType(Fault.class)
        .isThrownBy(() -> RegexCheck.check("pre_tokenizer.pattern.Regex", regex))
        .withMessageStartingWith("pre_tokenizer.pattern.Regex ");
  }
}
