package dev.fettle.harness.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.harness.Tiny;
import dev.fettle.models.generate.Generation;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.models.generate.StopReason;
import dev.fettle.models.generate.TokenListener;
import dev.fettle.sample.StopStrings;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that draws letters at random, and is stopped by its text. */
class StoppedGenerationTest {
  private static final SamplingOptions SAMPLING =
      SamplingOptions.sampling(40).withStopIds(Set.of()).withSeed(9);

  @TempDir private Path dir;
  private LoadedModel model;
  private List<int[]> prompts;
  private List<GeneratedText> free;

  @BeforeEach
  void open() {
    model = LoadedModel.open(Tiny.in(dir).model(), Tiny.REFERENCE);
    prompts = List.of(model.promptIds("What is"), model.promptIds("It"), model.promptIds("one"));
    free = model.generate(prompts, SAMPLING, StopStrings.NONE, TextListener.none());
  }

  @AfterEach
  void close() {
    model.close();
  }

  @Test
  void withoutStopStringsTheTextIsThatOfTheTokens() {
    List<Generation> plain = model.generate(prompts, SAMPLING, TokenListener.none());
    for (int row = 0; row < free.size(); row++) {
      assertThat(free.get(row).generation()).isEqualTo(plain.get(row));
      assertThat(free.get(row).text())
          .isEqualTo(model.tokenizer().decode(plain.get(row).ids(), true));
    }
  }

  /** The first stretch of so many ASCII letters or signs in a text. */
  private static String stretch(String text, int length) {
    Matcher found = Pattern.compile("[!-~]{" + length + "}").matcher(text);
    assertThat(found.find()).as("%s has a stretch of %d", text, length).isTrue();
    return found.group();
  }

  private String decoded(int[] ids) {
    return model.tokenizer().decode(ids, true);
  }

  /** The end of one token and the beginning of the next, of a row where there are such. */
  private String straddling(GeneratedText row) {
    int[] ids = row.generation().ids();
    for (int i = 1; i < ids.length; i++) {
      String before = decoded(new int[] {ids[i - 1]});
      String after = decoded(new int[] {ids[i]});
      if (before.matches("[!-~]+") && after.matches("[!-~]+")) {
        return before.substring(before.length() - 1) + after.substring(0, 1);
      }
    }
    throw new AssertionError("no two tokens of letters follow each other in " + row);
  }

  /** What stopping must make of a row that was generated freely. */
  private GeneratedText stopped(GeneratedText all, List<String> stops) {
    int[] ids = all.generation().ids();
    for (int n = 1; n <= ids.length; n++) {
      int[] some = Arrays.copyOf(ids, n);
      for (String stop : stops) {
        int at = decoded(some).indexOf(stop);
        if (at >= 0) {
          return new GeneratedText(
              decoded(some).substring(0, at),
              new Generation(
                  some,
                  Arrays.copyOf(all.generation().logProbs(), n),
                  Arrays.copyOf(all.generation().samplingLogProbs(), n),
                  StopReason.CONDITION));
        }
      }
    }
    return all;
  }

  @Test
  void eachRowEndsAtItsOwnStopString() {
    String straddling = straddling(free.get(0));
    String within = stretch(free.get(1).text(), 2);
    List<String> stops = List.of("not there", within, straddling);
    List<GeneratedText> made =
        model.generate(prompts, SAMPLING, new StopStrings(stops), TextListener.none());
    assertThat(made).isEqualTo(free.stream().map(f -> stopped(f, stops)).toList());
    assertThat(made).extracting(g -> g.generation().stopped()).containsExactly(true, true, false);
    // The tokens of the stop string are given back with the rest.
    assertThat(decoded(made.get(0).generation().ids())).isEqualTo(made.get(0).text() + straddling);
    assertThat(decoded(made.get(1).generation().ids())).contains(within);
    assertThat(made.get(2)).isEqualTo(free.get(2));
  }

  @Test
  void whatIsToldIsTheTextWithoutTheStopString() {
    StopStrings stops = StopStrings.of(stretch(free.get(0).text(), 4));
    List<StringBuilder> told =
        List.of(new StringBuilder(), new StringBuilder(), new StringBuilder());
    List<GeneratedText> made =
        model.generate(prompts, SAMPLING, stops, (row, text) -> told.get(row).append(text));
    assertThat(told)
        .extracting(StringBuilder::toString)
        .isEqualTo(made.stream().map(GeneratedText::text).toList());
    assertThat(told.get(0).toString()).doesNotContain(stops.texts().get(0));
    assertThat(free.get(0).text()).startsWith(told.get(0) + stops.texts().get(0));
  }

  @Test
  void aPromptAloneIsContinuedUpToTheStopString() {
    String stop = stretch(free.get(0).text(), 3);
    String all = model.generate("What is", SAMPLING);
    assertThat(model.generate("What is", SAMPLING, StopStrings.of(stop)))
        .isEqualTo(all.substring(0, all.indexOf(stop)));
  }

  @Test
  void aStopStringInThePromptDoesNotCount() {
    assertThat(free.get(0).text()).doesNotContain("What is");
    assertThat(model.generate("What is", SAMPLING, StopStrings.of("What is", "is")))
        .isEqualTo(free.get(0).text());
  }
}
