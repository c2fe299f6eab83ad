package dev.fettle.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.fettle.tokenizer.BpeTrainer.Role;
import dev.fettle.tokenizer.BpeTrainer.Settings;
import dev.fettle.tokenizer.BpeTrainer.Special;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BpeTrainerTest {

  private static final List<Special> END = List.of(Special.of("<|endoftext|>", Role.BOS, Role.EOS));

  private static BpeVocabulary train(int size, int minFrequency, String... texts) {
    return new BpeTrainer(new Settings(size, minFrequency, END)).train(List.of(texts).iterator());
  }

  /**
   * By hand. Words: "ab" 3, " ab" 2, " abc" 1. Pairs: (a,b) 6, (Ġ,a) 3, (b,c) 1. Merge a b: (Ġ,ab)
   * 3, (ab,c) 1. Merge Ġ ab: (Ġab,c) 1. Merge that; none is left.
   */
  @Test
  void mergesTheMostFrequentPairFirst() {
    BpeVocabulary vocabulary = train(1000, 1, "ab ab abc", "ab", "ab ab");
    assertThat(vocabulary.merges()).containsExactly("a b", "Ġ ab", "Ġab c");
    assertThat(vocabulary.tokens())
        .hasSize(1 + 256 + 3)
        .startsWith("<|endoftext|>", "!", "\"")
        .endsWith("Ġabc");
  }

  /**
   * By hand. Words "ba", "ab", "zy", once each: all pairs equal, so by ids, which follow the
   * characters.
   */
  @Test
  void breaksTiesByTheSmallestPair() {
    assertThat(train(1000, 1, "ba", "ab", "zy").merges()).containsExactly("a b", "b a", "z y");
  }

  /**
   * By hand. "aaaaa": (a,a) 4, merged from the left to aa aa a; then (aa,a) 1 and (aa,aa) 1: a has
   * the smaller id.
   */
  @Test
  void mergesOverlapsFromTheLeft() {
    assertThat(train(1000, 1, "aaaaa").merges()).containsExactly("a a", "aa a", "aa aaa");
  }

  @Test
  void stopsAtTheSizeAndAtTheFrequency() {
    assertThat(train(1 + 256 + 1, 1, "ab ab abc").merges()).containsExactly("a b");
    assertThat(train(1000, 3, "ab ab abc").merges()).containsExactly("a b");
    assertThat(train(1 + 256, 1, "ab ab abc").merges()).isEmpty();
  }

  @Test
  void doesNotLearnTheInsidesOfSpecialTokens() {
    assertThat(train(1000, 1, "a<|endoftext|>b<|endoftext|>").merges()).isEmpty();
  }

  /**
   * 743 merges, equal to those of Hugging Face tokenizers 0.23.2 on the same text with the same
   * settings.
   */
  @Test
  void equalsHuggingFaceOnShakespeare(@TempDir Path directory) {
    String text = SharedData.text("datasets/text/tinyshakespeare.txt");
    BpeVocabulary vocabulary = train(1000, 2, text);
    CRC32 crc = new CRC32();
    crc.update(String.join("\n", vocabulary.merges()).getBytes(StandardCharsets.UTF_8));
    assertThat(vocabulary.merges()).hasSize(743).startsWith("Ġ t", "h e");
    assertThat(crc.getValue()).isEqualTo(2888612807L);
    vocabulary.save(directory);
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      Encoding encoding = tokenizer.encode(text, false);
      assertThat(tokenizer.decode(encoding.ids(), false)).isEqualTo(text);
      assertThat(encoding.length()).isLessThan(text.length() / 2);
    }
  }

  @Test
  void anyTextComesBack(@TempDir Path directory) {
    train(400, 1, "the cat sat on the mat, don't they?  \n\n 1234 \u00e9t\u00e9").save(directory);
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      for (String text :
          List.of(
              "",
              " ",
              "the cat",
              "\u6f22\u5b57 \uD83D\uDE00\uD83E\uDD99",
              "\u0000\t\r\n",
              "e\u0301 \u00a0x")) {
        assertThat(tokenizer.decode(tokenizer.encode(text, true).ids(), true)).isEqualTo(text);
      }
      assertThat(tokenizer.vocabSize())
          .isEqualTo(train(400, 1, "x").tokens().size() + merged(directory));
      assertThat(tokenizer.eosId()).hasValue(0);
      assertThat(tokenizer.bos()).contains(new SpecialToken("<|endoftext|>", 0));
      assertThat(tokenizer.padId()).isEmpty();
      assertThat(tokenizer.encode("a<|endoftext|>", false).ids()).endsWith(0);
    }
  }

  private static int merged(Path directory) {
    return TokenizerFiles.read(directory)
        .json("tokenizer.json")
        .path("model")
        .path("merges")
        .size();
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Settings(256, 1, END))
        .withMessage(
            "vocabSize 256 is too small: 1 special tokens and the 256 bytes do not fit; ask for 257 or more");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Settings(500, 1, List.of(Special.of("a"), Special.of("a"))));
    assertThatIllegalArgumentException().isThrownBy(() -> Special.of(""));
  }
}
