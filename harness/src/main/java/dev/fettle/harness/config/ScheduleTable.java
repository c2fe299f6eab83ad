package dev.fettle.harness.config;

import dev.fettle.optim.Schedule;
import dev.fettle.optim.ScheduleSettings;
import dev.fettle.optim.Warmup;
import dev.fettle.settings.Choices;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Section {@code optimizer.schedule}: the keys of {@link ScheduleSettings}. */
final class ScheduleTable {
  private ScheduleTable() {}

  /** The settings as they stand in a file. */
  private record Written(
      String type,
      Optional<Long> warmupSteps,
      Optional<Double> warmupRatio,
      Optional<Double> cycles,
      Optional<Double> minimumRatio,
      Optional<Double> endLearningRate,
      Optional<Double> power,
      Optional<Long> timescale,
      Optional<Long> decaySteps) {

    static Written of(ScheduleSettings s) {
      return new Written(
          s.type(),
          Optional.of(s.warmup().steps()).filter(w -> w > 0),
          Optional.of(s.warmup().ratio()).filter(w -> w > 0),
          Optional.ofNullable(s.cycles()),
          Optional.ofNullable(s.minimumRatio()),
          Optional.ofNullable(s.endLearningRate()),
          Optional.ofNullable(s.power()),
          Optional.ofNullable(s.timescale()),
          Optional.ofNullable(s.decaySteps()));
    }

    boolean hasOneWarmup() {
      return warmupSteps.orElse(0L) == 0 || warmupRatio.orElse(0.0) == 0;
    }

    ScheduleSettings settings() {
      return new ScheduleSettings(
          type,
          new Warmup(warmupSteps.orElse(0L), warmupRatio.orElse(0.0)),
          cycles.orElse(null),
          minimumRatio.orElse(null),
          endLearningRate.orElse(null),
          power.orElse(null),
          timescale.orElse(null),
          decaySteps.orElse(null));
    }
  }

  static final Keys<ScheduleSettings> KEYS =
      Keys.of(
              Written.class,
              Key.choice(
                      "type",
                      Choices.words(Schedule.NAMES),
                      "those of transformers, formula by formula")
                  .otherwise("linear")
                  .also("lr_scheduler_type", "lr_scheduler"),
              Key.whole("warmupSteps", Range.atLeast(0), "steps in which the rate rises")
                  .optional("0")
                  .also("warmup_steps"),
              Key.number(
                      "warmupRatio", Range.atLeast(0).below(1), "the same as a share of all steps")
                  .optional("0")
                  .also("warmup_ratio"),
              Key.number(
                      "cycles",
                      Range.above(0),
                      "`cosine`, `cosine_with_min_lr`: waves; `cosine_with_restarts`: falls")
                  .optional("0.5, or 1")
                  .also("num_cycles"),
              Key.number(
                      "minimumRatio",
                      Range.atLeast(0),
                      "`cosine_with_min_lr`, `warmup_stable_decay`: the least rate as a share of"
                          + " `learningRate`")
                  .optional()
                  .also("min_lr_rate", "min_lr_ratio"),
              Key.number("endLearningRate", Range.atLeast(0), "`polynomial`: where it ends")
                  .optional("1e-7")
                  .also("lr_end"),
              Key.number("power", Range.above(0), "`polynomial`").optional("1"),
              Key.whole("timescale", Range.atLeast(1), "`inverse_sqrt`")
                  .optional("the warm-up, or 10,000"),
              Key.whole("decaySteps", Range.atLeast(1), "`warmup_stable_decay`: steps of the fall")
                  .optional()
                  .also("num_decay_steps"))
          .rule("warmupRatio", Written::hasOneWarmup, w -> "is given beside warmupSteps; keep one")
          .as(ScheduleSettings.class, Written::settings, Written::of)
          .rule("type", s -> fault(s) == null, s -> String.valueOf(fault(s)))
          .note("each of them is a key of optimizer.schedule here", "lr_scheduler_kwargs");

  /** What keeps the settings from being a schedule. */
  private static @Nullable String fault(ScheduleSettings s) {
    try {
      s.toSchedule();
      return null;
    } catch (IllegalArgumentException e) {
      return e.getMessage();
    }
  }
}
