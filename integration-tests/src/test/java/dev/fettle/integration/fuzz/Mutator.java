package dev.fettle.integration.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Changes inputs, as bytes and as texts of words, numbers and brackets. */
final class Mutator {

  private static final int LONGEST = 1 << 16;

  private static final List<String> NUMBERS =
      List.of(
          "0",
          "-1",
          "1",
          "255",
          "65536",
          "2147483647",
          "2147483648",
          "4294967296",
          "9223372036854775807",
          "-9223372036854775808",
          "99999999999999999999",
          "1e308",
          "1e999",
          "-1e-999",
          "0.1",
          "1.5",
          "NaN",
          "-Infinity",
          ".inf",
          "0x7f",
          "1_000",
          "1e1000000000");

  private static final List<String> WORDS =
      List.of(
          "null",
          "true",
          "false",
          "\"\"",
          "[]",
          "{}",
          "[[]]",
          "{\"a\":1}",
          "\"\\u0000\"",
          "\"../../etc/passwd\"",
          "\"/\"",
          "\"\\ud800\"",
          "\"a\\nb\"",
          "\"\uD83D\uDE00\"",
          "''",
          "\"",
          "'",
          "\\",
          "{",
          "}",
          "[",
          "]",
          ":",
          ",",
          "\n",
          "\r",
          "\t",
          " ",
          "\u0000",
          "\uFEFF",
          "\u2028",
          "&a ",
          "*a",
          "<<: *a",
          "!!int ",
          "!!binary ",
          "!<x> ",
          "---\n",
          "...\n",
          "%YAML 9.9\n",
          "? ",
          "- ",
          "# ",
          "|\n",
          ">-\n",
          "~");

  /** Words, strings in quotes, numbers, and whatever single character is none of them. */
  private static final Pattern TOKEN =
      Pattern.compile("\"[^\"\\n]*+\"|[\\w.+-]++|\\s++|.", Pattern.DOTALL);

  private final SplittableRandom random;
  private final List<byte[]> corpus;
  private final List<String> words;

  /**
   * @param more words that mean something to the reader under test
   */
  Mutator(SplittableRandom random, List<byte[]> corpus, List<String> more) {
    this.random = random;
    this.corpus = corpus;
    this.words = new ArrayList<>(WORDS);
    this.words.addAll(more);
  }

  /** One of the corpus with up to a few changes. */
  byte[] next() {
    byte[] input = pick(corpus);
    int changes = 1 + random.nextInt(random.nextInt(4) == 0 ? 12 : 3);
    for (int i = 0; i < changes && input.length < LONGEST; i++) {
      input = random.nextInt(3) == 0 ? bytes(input) : text(input);
    }
    return input;
  }

  private <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }

  private byte[] bytes(byte[] input) {
    if (input.length == 0) {
      return new byte[] {(byte) random.nextInt()};
    }
    int at = random.nextInt(input.length);
    int end = Math.min(input.length, at + 1 + random.nextInt(1 + random.nextInt(64)));
    byte[] copy = input.clone();
    switch (random.nextInt(8)) {
      case 0 -> copy[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> copy[at] = (byte) random.nextInt();
      case 2 -> copy[at] = new byte[] {0, 1, -1, 127, -128, '"', '\n', '{'}[random.nextInt(8)];
      case 3 -> {
        return spliced(input, at, end, new byte[0]);
      }
      case 4 -> {
        byte[] other = pick(corpus);
        int from = other.length == 0 ? 0 : random.nextInt(other.length);
        int to = Math.min(other.length, from + 1 + random.nextInt(256));
        return spliced(input, at, at, Arrays.copyOfRange(other, from, to));
      }
      case 5 -> {
        byte[] part = Arrays.copyOfRange(input, at, end);
        ByteArrayOutputStream many = new ByteArrayOutputStream();
        int times = 1 + random.nextInt(random.nextInt(8) == 0 ? 2_000 : 4);
        for (int i = 0; i < times; i++) {
          many.writeBytes(part);
        }
        return spliced(input, at, at, many.toByteArray());
      }
      case 6 -> {
        return Arrays.copyOf(input, at);
      }
      default -> {
        for (int i = at; i < end; i++) {
          copy[i] = (byte) random.nextInt();
        }
      }
    }
    return copy;
  }

  private static byte[] spliced(byte[] input, int from, int to, byte[] between) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(input, 0, from);
    out.writeBytes(between);
    out.write(input, to, input.length - to);
    return out.toByteArray();
  }

  /** Every byte is a character here, so that bytes which are not UTF-8 stay what they are. */
  private byte[] text(byte[] input) {
    String text = new String(input, StandardCharsets.ISO_8859_1);
    List<MatchResult> tokens = TOKEN.matcher(text).results().toList();
    if (tokens.isEmpty()) {
      return pick(words).getBytes(StandardCharsets.UTF_8);
    }
    MatchResult token = pick(tokens);
    MatchResult other = pick(tokens);
    String replacement =
        switch (random.nextInt(9)) {
          case 0 -> "";
          case 1 -> token.group() + token.group();
          case 2 -> other.group();
          case 3 -> utf8(pick(NUMBERS));
          case 4 -> utf8(pick(words));
          case 5 -> token.group() + utf8(pick(words));
          case 6 -> nested(token.group());
          case 7 ->
              text.substring(
                  Math.min(token.start(), other.start()), Math.max(token.end(), other.end()));
          default -> "\"" + "x".repeat(random.nextInt(3_000)) + "\"";
        };
    return (text.substring(0, token.start()) + replacement + text.substring(token.end()))
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  private String nested(String inner) {
    int depth = 1 + random.nextInt(random.nextInt(4) == 0 ? 3_000 : 5);
    return switch (random.nextInt(3)) {
      case 0 -> "[".repeat(depth) + inner + "]".repeat(depth);
      case 1 -> "{\"a\":".repeat(depth) + inner + "}".repeat(depth);
      default -> "(".repeat(depth) + inner + ")".repeat(depth);
    };
  }

  private static String utf8(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }
}
