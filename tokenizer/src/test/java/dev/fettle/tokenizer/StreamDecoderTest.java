package dev.fettle.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamDecoderTest {

  private static List<String> stream(Tokenizer tokenizer, int[] ids, boolean skipSpecialTokens) {
    StreamDecoder decoder = tokenizer.streamDecoder(skipSpecialTokens);
    List<String> parts = new ArrayList<>();
    for (int id : ids) {
      parts.add(decoder.next(id));
    }
    parts.add(decoder.finish());
    return parts;
  }

  @Test
  void neverEmitsHalfACharacter(@TempDir Path directory) {
    TinyModel.write(directory);
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      int[] ids = tokenizer.encode("the \uD83D\uDE00\u00e9!", false).ids();
      assertThat(stream(tokenizer, ids, false))
          .containsExactly("the", " ", "", "", "", "\uD83D\uDE00", "", "\u00e9", "!", "");
    }
  }

  @Test
  void keepsTheSpacesADecoderWouldStripFromALoneToken(@TempDir Path directory) throws IOException {
    TinyModel.writeByteFallback(directory);
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      int[] ids = tokenizer.encode("ab ab \uD83D\uDE00 a", true).ids();
      assertThat(String.join("", stream(tokenizer, ids, true))).isEqualTo("ab ab \uD83D\uDE00 a");
      assertThat(stream(tokenizer, ids, true))
          .startsWith("", "ab", " ab", " ", "", "", "", "\uD83D\uDE00");
    }
  }

  @Test
  void letsBrokenBytesOutAtTheEnd(@TempDir Path directory) {
    TinyModel.write(directory);
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      int[] ids = tokenizer.encode("a\uD83D\uDE00", false).ids();
      int[] cut = Arrays.copyOf(ids, ids.length - 1);
      assertThat(String.join("", stream(tokenizer, cut, false)))
          .isEqualTo(tokenizer.decode(cut, false));
      int[] broken = {cut[1], cut[0], cut[1]};
      assertThat(String.join("", stream(tokenizer, broken, false)))
          .isEqualTo(tokenizer.decode(broken, false));
    }
  }

  @Test
  void manyTokensAreEmittedAsTheyCome(@TempDir Path directory) {
    TinyModel.write(directory);
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      String text = "the cat sat on the mat, ".repeat(200);
      int[] ids = tokenizer.encode(text, false).ids();
      List<String> parts = stream(tokenizer, ids, false);
      assertThat(String.join("", parts)).isEqualTo(text);
      assertThat(parts.subList(0, parts.size() - 1)).doesNotContain("");
    }
  }
}
