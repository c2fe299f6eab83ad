package dev.fettle.harness.config;

import static dev.fettle.harness.config.GoodConfig.GOOD;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  /**
   * The fields of TRL 1.13's GRPOConfig and RLOOConfig, and of the last PPOConfig that TRL had, are
   * answered in the very section, by keys that the algorithm has.
   */
  @ParameterizedTest
  @CsvSource({"grpo, 140", "rloo, 120", "ppo, 50"})
  void noNameOfAPolicyGradientIsWithoutAnAnswer(String type, int least) throws IOException {
    List<String> names =
        new ArrayList<>(Files.readAllLines(resource("trl-" + type + "-names.txt")));
    assertThat(names).hasSizeGreaterThan(least);
    // Those have the same name and the same meaning here.
    names.removeAll(List.of("temperature", "epsilon", "delta", "gamma"));
    StringBuilder section = new StringBuilder("{ type: " + type + ", reward: length");
    names.forEach(n -> section.append(", ").append(n).append(": 1"));
    List<String> problems =
        good.problems(GOOD.replaceFirst("(?m)^algorithm:.*$", "algorithm: " + section + " }"));
    assertThat(problems)
        .hasSize(names.size())
        .allMatch(p -> p.contains("unknown key"))
        .noneMatch(p -> p.contains("algorithm has "))
        .noneMatch(p -> p.contains("that is algorithm.beta ") || p.contains("'algorithm.beta'"));
  }

  @Test
  void aNameIsThatOfTheAlgorithmsOwnKey() {
    assertThat(answer("grpo", "beta"))
        .isEqualTo("algorithm.beta: unknown key; that is algorithm.kl.coefficient here");
    assertThat(answer("grpo", "loss_type"))
        .isEqualTo("algorithm.loss_type: unknown key; did you mean 'lossType'?");
    assertThat(answer("dpo", "loss_type"))
        .isEqualTo("algorithm.loss_type: unknown key; that is algorithm.loss here");
    assertThat(answer("ppo", "kl_coef"))
        .isEqualTo("algorithm.kl_coef: unknown key; that is algorithm.kl.coefficient here");
    assertThat(answer("ppo", "vf_coef"))
        .isEqualTo("algorithm.vf_coef: unknown key; that is algorithm.critic.coefficient here");
    assertThat(answer("grpo", "vf_coef"))
        .isEqualTo(
            "algorithm.vf_coef: unknown key; algorithm.critic.coefficient is one of type a2c, ppo");
    assertThat(answer("grpo", "sync_ref_model"))
        .startsWith(
            "algorithm.sync_ref_model: unknown key; algorithm.syncReference is one of type");
    assertThat(answer("rloo", "passLimit"))
        .isEqualTo("algorithm.passLimit: unknown key here; did you mean 'algorithm.kl.passLimit'?");
    assertThat(answer("a2c", "kl: { beta: 1, coefficient"))
        .isEqualTo("algorithm.kl.beta: unknown key; that is algorithm.kl.coefficient here");
  }

  private String answer(String type, String name) {
    String end = name.contains("{") ? ": 1 } }" : ": 1 }";
    String reward = type.equals("dpo") ? "" : ", reward: length";
    List<String> problems =
        good.problems(
            GOOD.replaceFirst(
                "(?m)^algorithm:.*$", "algorithm: { type: " + type + reward + ", " + name + end));
    assertThat(problems).hasSize(1);
    return problems.get(0).replaceFirst("^run.yaml:\\d+: ", "");
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
