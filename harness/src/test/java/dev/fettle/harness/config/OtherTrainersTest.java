package dev.fettle.harness.config;

import static dev.fettle.harness.config.GoodConfig.GOOD;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names of transformers, TRL and PEFT are answered. */
class OtherTrainersTest {
  @TempDir private Path dir;
  private GoodConfig good = new GoodConfig(Path.of(""));

  @BeforeEach
  void makeWhatIsNamed() throws IOException {
    good = GoodConfig.in(dir);
  }

  @Test
  void namesOfOtherTrainersAreTranslated() {
    assertThat(good.problemWith("num_train_epochs: 3"))
        .isEqualTo("num_train_epochs: unknown key; that is train.epochs here");
    assertThat(good.problemWith("lr: 1e-4"))
        .isEqualTo("lr: unknown key; that is optimizer.learningRate here");
    assertThat(good.problemWith("model_name_or_path: gpt2"))
        .isEqualTo("model_name_or_path: unknown key; that is model.path here");
    assertThat(good.problemWith("lr_scheduler_type: cosine"))
        .isEqualTo("lr_scheduler_type: unknown key; that is optimizer.schedule.type here");
    assertThat(good.problemWith("max_steps: 3"))
        .isEqualTo("max_steps: unknown key; that is train.steps here");
    assertThat(good.problemWith("saveSteps: 3"))
        .isEqualTo("saveSteps: unknown key; that is train.checkpointEvery here");
    assertThat(good.problemWith("learning_rate: 1e-4"))
        .isEqualTo("learning_rate: unknown key here; did you mean 'optimizer.learningRate'?");
    assertThat(good.problemWith("gradient_accumulation_steps: 4"))
        .isEqualTo(
            "gradient_accumulation_steps: unknown key; it follows from train.batchSize, the rows of"
                + " a whole step, and train.microBatchSize, the rows run at once");
    assertThat(good.problemWith("num_train_epoch: 4")).endsWith("that is train.epochs here");
    assertThat(good.problems(GOOD.replace("steps: 200", "per_device_train_batch_size: 2")))
        .containsExactly(
            "run.yaml:16: train.per_device_train_batch_size: unknown key; that is"
                + " train.microBatchSize here; train.batchSize counts the rows of a whole step");
    assertThat(good.problems(GOOD.replace("lossOn: all", "completion_only_loss: true")))
        .containsExactly(
            "run.yaml:4: algorithm.completion_only_loss: unknown key; set algorithm.lossOn:"
                + " completion, or all for false");
  }

  /** The fields of TRL 1.13's, transformers 5.18's and PEFT's classes. */
  @Test
  void noNameOfTrlIsWithoutAnAnswer() throws IOException {
    List<String> names = Files.readAllLines(resource("trl-names.txt"));
    assertThat(names).hasSizeGreaterThan(150);
    StringBuilder text = new StringBuilder(GOOD);
    names.forEach(n -> text.append(n).append(": 1\n"));
    assertThat(good.problems(text.toString()))
        .hasSize(names.size())
        .noneMatch(p -> p.contains("the sections are"));
  }

  private static Path resource(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(OtherTrainersTest.class.getResource("/config/" + name)).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
