package dev.fettle.algorithm.rl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.algorithm.a2c.A2cSettings;
import dev.fettle.algorithm.ppo.PpoSettings;
import dev.fettle.checkpoint.TrainerState;
import dev.fettle.data.batch.Cursor;
import dev.fettle.data.batch.StepBatch;
import dev.fettle.data.read.DataException;
import dev.fettle.train.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The steps of rollouts: their passes, their end, and how a stopped run goes on. */
class RolloutSourceTest {
  private static final String PPO =
      "{ reward: length, maxNewTokens: 5, promptsPerRound: 8, passes: 2 %s }";

  @TempDir private Path dir;

  private TinyRl.Setting ppo(String more) {
    PpoSettings settings = TinyRl.settings(PpoSettings.KEYS, dir, PPO.formatted(more));
    return TinyRl.setting(settings.recipe());
  }

  private TinyRl.Setting a2c(String more) {
    String yaml = "{ reward: length, maxNewTokens: 5 %s }".formatted(more);
    return TinyRl.setting(TinyRl.settings(A2cSettings.KEYS, dir, yaml).recipe());
  }

  private List<String> files() throws IOException {
    Path rollouts = dir.resolve("rollouts");
    if (!Files.exists(rollouts)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(rollouts)) {
      return all.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  /** Eight answers in steps of four, twice: four steps, then another rollout. */
  @Test
  void eachPassVisitsEachAnswerOnce() {
    try (TinyRl rl = new TinyRl(ppo(""), dir)) {
      assertThat(rl.source().stepsPerEpoch()).isEqualTo(4);
      List<List<Trajectory>> steps = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        StepBatch<TrajectoryBatch> step = rl.next();
        steps.add(TinyRl.answers(step));
        assertThat(step.found().containsKey("reward")).as("step %d", i).isEqualTo(i % 4 == 0);
        assertThat(step.after().epoch()).isEqualTo(1 + i / 4);
        assertThat(step.after().index()).isEqualTo(1 + i % 4);
        assertThat(step.epoch()).isEqualTo((i + 1) / 4.0);
      }
      List<Trajectory> first = Stream.concat(steps.get(0).stream(), steps.get(1).stream()).toList();
      List<Trajectory> second =
          Stream.concat(steps.get(2).stream(), steps.get(3).stream()).toList();
      assertThat(first).hasSize(8);
      assertThat(second).containsExactlyInAnyOrderElementsOf(first).isNotEqualTo(first);
      assertThat(new HashSet<>(steps.get(4))).as("new answers").doesNotContainAnyElementsOf(first);
    }
  }

  /** From every place, in the midst of a rollout or at its end, in a process of its own. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 7})
  void itGoesOnFromACursor(int taken) {
    String steered = ", rewardScale: running, kl: { target: 0.1, horizon: 10 }";
    List<List<Trajectory>> rest = new ArrayList<>();
    List<Double> coefficients = new ArrayList<>();
    Cursor cursor;
    try (TinyRl rl = new TinyRl(ppo(steered), dir)) {
      for (int i = 0; i < taken; i++) {
        rl.next();
      }
      cursor = rl.source().cursor();
      for (int i = taken; i < 9; i++) {
        StepBatch<TrajectoryBatch> step = rl.next();
        rest.add(TinyRl.answers(step));
        coefficients.add(step.microBatches().get(0).klCoefficient());
      }
    }
    if (taken % 4 == 0) {
      assertThat(dir.resolve("rollouts")).isNotEmptyDirectory();
    }
    try (TinyRl rl = new TinyRl(ppo(steered), dir)) {
      // The tokens of that rollout are still there: it is one of the last two.
      if (taken > 0 && taken < 4) {
        new RestoredTokens(dir).of(1, ppo(steered));
      }
      rl.source().seek(cursor);
      assertThat(rl.source().cursor()).isEqualTo(cursor);
      for (int i = 0; i < rest.size(); i++) {
        StepBatch<TrajectoryBatch> step = rl.next();
        assertThat(TinyRl.answers(step)).as("step %d", taken + i).isEqualTo(rest.get(i));
        assertThat(step.microBatches().get(0).klCoefficient()).isEqualTo(coefficients.get(i));
      }
    }
    assertThat(new HashSet<>(coefficients)).as("steered").hasSizeGreaterThan(taken > 5 ? 0 : 1);
  }

  /** Puts back the tokens that a run with checkpoints would have kept. */
  private record RestoredTokens(Path directory) {
    void of(int rollout, TinyRl.Setting setting) {
      try (TinyRl rl = new TinyRl(setting, directory)) {
        for (int i = 0; i < 4 * rollout; i++) {
          rl.next();
        }
      }
    }
  }

  @Test
  void otherPromptsAreRefused() {
    Cursor cursor;
    try (TinyRl rl = new TinyRl(a2c(""), dir)) {
      rl.next();
      cursor = rl.source().cursor();
    }
    List<int[]> others = new ArrayList<>(a2c("").prompts());
    others.set(3, new int[] {9, 9, 9});
    try (TinyRl rl = new TinyRl(a2c("").asking(others), dir)) {
      assertThatThrownBy(() -> rl.source().seek(cursor))
          .isInstanceOf(DataException.class)
          .hasMessageStartingWith("the prompts are not what they were")
          .hasMessageContaining(cursor.data())
          .hasMessageEndingWith("restore them, or start a new run");
    }
  }

  /** Passes that were changed in between: what was begun is over, or goes on, as it then was. */
  @Test
  void otherPassesGoOn() {
    Cursor over;
    Cursor amid;
    try (TinyRl rl = new TinyRl(a2c(""), dir)) {
      rl.next();
      over = rl.source().cursor();
    }
    try (TinyRl rl = new TinyRl(ppo(""), dir)) {
      rl.next();
      amid = rl.source().cursor();
    }
    String longer = ", passes: 3, promptsPerRound: 8 ";
    PpoSettings more =
        TinyRl.settings(
            PpoSettings.KEYS, dir, "{ reward: length, maxNewTokens: 5 %s }".formatted(longer));
    try (TinyRl rl = new TinyRl(TinyRl.setting(more.recipe()), dir)) {
      rl.source().seek(amid);
      for (int i = 0; i < 5; i++) {
        assertThat(rl.next().after().epoch()).isEqualTo(1);
      }
      assertThat(rl.next().after().epoch()).isEqualTo(2);
      Cursor ended = new Cursor(4, over.index(), amid.data(), over.state());
      rl.source().seek(ended);
      assertThat(rl.next().after().epoch()).as("the next").isEqualTo(5);
    }
  }

  @Test
  void aPassLimitLeavesPassesOut() {
    try (TinyRl rl = new TinyRl(ppo(", kl: { passLimit: 0.01 }"), dir)) {
      rl.next();
      rl.next();
      assertThat(rl.next().after().epoch()).as("nothing has moved").isEqualTo(1);
      rl.nudge(0.3);
      assertThat(rl.next().after().epoch()).as("a pass that has begun ends").isEqualTo(1);
      rl.next();
      rl.next();
      rl.nudge(0.3);
      assertThat(rl.next().after().epoch()).as("the second pass is left out").isEqualTo(3);
    }
  }

  /** After steps one and two of a rollout a run may be resumed where its next pass is left out. */
  @Test
  void aRunResumedBetweenPassesLeavesOutTheSame() {
    TinyRl.Setting limited = ppo(", kl: { passLimit: 0.01 }");
    List<Trajectory> next;
    Cursor cursor;
    try (TinyRl rl = new TinyRl(limited, dir)) {
      rl.next();
      rl.next();
      cursor = rl.source().cursor();
      rl.nudge(0.3);
      next = TinyRl.answers(rl.next());
    }
    assertThat(dir.resolve("rollouts/000001.tokens.jsonl"))
        .as("a checkpoint may still be written of the step before")
        .exists();
    try (TinyRl rl = new TinyRl(limited, dir)) {
      rl.nudge(0.3);
      rl.source().seek(cursor);
      assertThat(TinyRl.answers(rl.next())).isEqualTo(next);
    }
  }

  @Test
  void aRunThatWentTooFarEnds() {
    try (TinyRl rl = new TinyRl(a2c(", kl: { stopAbove: 0.5 }"), dir)) {
      StepBatch<TrajectoryBatch> first = rl.next();
      assertThat(first.found().get("kl")).isZero();
      rl.nudge(0.5);
      Cursor before = rl.source().cursor();
      assertThat(rl.source().next()).isEqualTo(Optional.empty());
      assertThat(rl.site.warnings())
          .singleElement()
          .asString()
          .startsWith("the run ends after step 1: an answer's divergence from the reference is ")
          .endsWith(", above algorithm.kl.stopAbove");
      assertThat(before.index()).isEqualTo(1);
    }
  }

  /** What a checkpoint needs stays as long as the checkpoint; the rest goes. */
  @Test
  void tokensAreKeptAsLongAsCheckpoints() throws IOException {
    try (TinyRl rl = new TinyRl(ppo(""), dir)) {
      rl.next();
      rl.next();
      Path checkpoint = checkpoint(2, rl.source().cursor());
      for (int i = 2; i < 15; i++) {
        rl.next();
      }
      assertThat(files())
          .containsExactly(
              "000001.jsonl",
              "000001.tokens.jsonl",
              "000002.jsonl",
              "000003.jsonl",
              "000003.tokens.jsonl",
              "000004.jsonl",
              "000004.tokens.jsonl");
      Files.delete(checkpoint.resolve("trainer.json"));
      Files.delete(checkpoint);
      rl.next();
      rl.next();
      assertThat(files()).doesNotContain("000001.tokens.jsonl", "000003.tokens.jsonl");
    }
  }

  private Path checkpoint(long step, Cursor cursor) throws IOException {
    Path at = Files.createDirectories(dir.resolve("checkpoints/step-%06d".formatted(step)));
    TrainerState state = new TrainerState(new Progress(step, cursor, 0), 5);
    new ObjectMapper().writeValue(at.resolve("trainer.json").toFile(), state);
    return at;
  }

  /** One step a rollout: it is made again, so nothing is kept; and a killed write leaves none. */
  @Test
  void aRolloutOfOneStepKeepsNoTokens() throws IOException {
    Files.createDirectories(dir.resolve("rollouts"));
    Files.writeString(dir.resolve("rollouts/.000001.jsonl.77-0"), "{");
    try (TinyRl rl = new TinyRl(a2c(""), dir)) {
      rl.next();
      rl.next();
      assertThat(files()).containsExactly("000001.jsonl", "000002.jsonl");
    }
  }
}
