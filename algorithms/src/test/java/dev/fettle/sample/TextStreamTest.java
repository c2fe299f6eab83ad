package dev.fettle.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.tokenizer.BpeTrainer;
import dev.fettle.tokenizer.BpeTrainer.Role;
import dev.fettle.tokenizer.BpeTrainer.Settings;
import dev.fettle.tokenizer.BpeTrainer.Special;
import dev.fettle.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens in, text out, up to a stop string. */
class TextStreamTest {
  @TempDir private Path dir;
  private Tokenizer tokenizer;

  @BeforeEach
  void open() {
    List<Special> special =
        List.of(Special.of("<|end|>", Role.EOS, Role.PAD), Special.of("<|im_end|>"));
    List<String> texts = List.of("the cat sat on the mat", "the user and the assistant, the user");
    new BpeTrainer(new Settings(300, 2, special)).train(texts.iterator()).save(dir);
    tokenizer = Tokenizer.load(dir);
  }

  @AfterEach
  void close() {
    tokenizer.close();
  }

  /**
   * What a sequence came to.
   *
   * @param parts text by token, and what came out at the end
   * @param taken tokens until it was stopped
   */
  private record Streamed(List<String> parts, int taken, boolean stopped) {
    String text() {
      return String.join("", parts);
    }
  }

  private Streamed stream(int[] ids, String... stops) {
    TextStream stream = new TextStream(tokenizer, StopStrings.of(stops));
    List<String> parts = new ArrayList<>();
    int taken = 0;
    while (taken < ids.length && !stream.isStopped()) {
      parts.add(stream.next(ids[taken++]));
    }
    parts.add(stream.finish());
    return new Streamed(parts, taken, stream.isStopped());
  }

  private int[] ids(String... texts) {
    return Arrays.stream(texts)
        .flatMapToInt(t -> Arrays.stream(tokenizer.encode(t, false).ids()))
        .toArray();
  }

  /** One token a character, whatever the vocabulary would join. */
  private int[] letters(String text) {
    return ids(text.split(""));
  }

  @Test
  void withoutStopStringsNothingIsHeldBack() {
    Streamed s = stream(ids("the", " cat"));
    assertThat(s.text()).isEqualTo("the cat");
    assertThat(s.parts().subList(0, s.taken())).doesNotContain("");
    assertThat(s.stopped()).isFalse();
  }

  @Test
  void aStopStringMayStraddleTokens() {
    Streamed s = stream(letters("x\nUser: y"), "\nUser:");
    assertThat(s.parts()).containsExactly("x", "", "", "", "", "", "", "");
    assertThat(s.taken()).isEqualTo(7);
    assertThat(s.stopped()).isTrue();
  }

  @Test
  void aStopStringMayBeginAndEndWithinAToken() {
    int[] ids = ids("the", " user");
    assertThat(ids).hasSize(2);
    Streamed s = stream(ids, "e us");
    assertThat(s.parts()).containsExactly("th", "", "");
    assertThat(s.taken()).isEqualTo(2);
    Streamed within = stream(ids, "us");
    assertThat(within.parts()).containsExactly("the", " ", "");
    assertThat(within.stopped()).isTrue();
  }

  @Test
  void whatOnlyBeganLikeAStopStringIsLetOut() {
    Streamed s = stream(letters("ababac!"), "abac");
    assertThat(s.parts()).containsExactly("", "", "", "ab", "", "", "");
    assertThat(s.taken()).isEqualTo(6);
    assertThat(s.text()).isEqualTo("ab");
    Streamed never = stream(letters("abxaba"), "abac");
    assertThat(never.parts()).containsExactly("", "", "abx", "", "", "", "aba");
    assertThat(never.stopped()).isFalse();
  }

  @Test
  void ofSeveralTheOneCompletedFirstCounts() {
    // However the text is cut into tokens.
    for (int[] ids : List.of(letters("xabcd"), ids("xabcd"), ids("xa", "bcd"))) {
      assertThat(stream(ids, "abcd", "bc", "c").text()).isEqualTo("xa");
      assertThat(stream(ids, "cd", "abc", "bc").text()).isEqualTo("x");
      assertThat(stream(ids, "zz", "d").text()).isEqualTo("xabc");
    }
  }

  @Test
  void charactersOfSeveralTokensAreMatched() {
    int[] ids = ids("a\uD83D\uDE00b\u00e9c");
    Streamed s = stream(ids, "b\u00e9");
    assertThat(s.text()).isEqualTo("a\uD83D\uDE00");
    assertThat(s.taken()).isEqualTo(ids.length - 1);
  }

  @Test
  void aSpecialTokenStopsByItsSpelling() {
    Streamed s = stream(ids("the", "<|im_end|>", " cat"), "<|im_end|>");
    assertThat(s.text()).isEqualTo("the");
    assertThat(s.taken()).isEqualTo(2);
    Streamed mixed = stream(ids("the", "<|im_end|>", "\n", " cat"), "e<|im_end|>\n");
    assertThat(mixed.text()).isEqualTo("th");
    assertThat(mixed.taken()).isEqualTo(3);
  }

  @Test
  void specialTokensAreNotShown() {
    int[] ids = ids("the", "<|im_end|>", " cat", "<|end|>");
    assertThat(stream(ids).text()).isEqualTo("the cat").isEqualTo(tokenizer.decode(ids, true));
    assertThat(stream(ids, "<|im_start|>").text()).isEqualTo("the cat");
    assertThat(stream(ids, "<|im_end|>!").text()).isEqualTo("the cat");
  }

  @Test
  void brokenBytesComeOutAtTheEnd() {
    int[] whole = ids("a\uD83D\uDE00");
    int[] cut = Arrays.copyOf(whole, whole.length - 1);
    assertThat(stream(cut, "zz").text()).isEqualTo(tokenizer.decode(cut, true));
    int[] ended = Arrays.copyOf(whole, whole.length);
    ended[whole.length - 1] = tokenizer.eosId().orElseThrow();
    assertThat(stream(ended, "zz").text()).isEqualTo(tokenizer.decode(cut, true));
  }

  @Test
  void anEmptyStopStringIsRefused() {
    assertThatThrownBy(() -> StopStrings.of("a", ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a stop string is empty; give at least one character");
  }
}
