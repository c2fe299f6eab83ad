package dev.fettle.harness.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.harness.Fettle;
import dev.fettle.harness.Tiny;
import dev.fettle.harness.model.NewModel.CopiedTokens;
import dev.fettle.harness.model.NewModel.Family;
import dev.fettle.harness.model.NewModel.Sizes;
import dev.fettle.harness.model.NewModel.TrainedTokens;
import dev.fettle.settings.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NewModelTest {
  private static final Sizes SIZES = new Sizes(2, 16, 4, 2, 24, 32, true);

  @TempDir private Path dir;

  @ParameterizedTest
  @EnumSource
  void everyFamilyCanBeMadeAndRun(Family family) throws IOException {
    Tiny tiny = Tiny.in(dir);
    NewModel request = new NewModel(family, SIZES, new CopiedTokens(tiny.model()), 1);
    Fettle.initModel(request, dir.resolve("one"));
    Fettle.initModel(request, dir.resolve("two"));
    assertThat(Files.readAllBytes(dir.resolve("one/model.safetensors")))
        .isEqualTo(Files.readAllBytes(dir.resolve("two/model.safetensors")));
    assertThat(Fettle.score(dir.resolve("one"), Tiny.REFERENCE, tiny.rows()).meanLoss())
        .isBetween(5.0, 6.5);
  }

  @Test
  void sizesThatDoNotFitAreNamed() {
    Tiny tiny = Tiny.in(dir);
    Sizes odd = new Sizes(1, 15, 2, 2, 24, 32, true);
    assertThatThrownBy(
            () ->
                Fettle.initModel(
                    new NewModel(Family.GPT2, odd, new CopiedTokens(tiny.model()), 1),
                    dir.resolve("odd")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("n_embd");
    assertThat(dir.resolve("odd")).doesNotExist();
  }

  @Test
  void aVocabularyTooSmallIsRefused() {
    Path text = new Tiny(dir).write("text.txt", "some text");
    assertThatThrownBy(
            () ->
                Fettle.initModel(
                    new NewModel(
                        Family.LLAMA, SIZES, new TrainedTokens(List.of(text), 100, List.of()), 1),
                    dir.resolve("small")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("vocabSize 100 is too small");
  }
}
