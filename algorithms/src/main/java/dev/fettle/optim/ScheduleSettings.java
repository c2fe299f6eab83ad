package dev.fettle.optim;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a config says of a schedule: its name, its warm-up, and what that kind of schedule can be
 * told besides. An absent setting takes the default; one the kind does not know is an error.
 *
 * @param type one of {@link Schedule#NAMES}
 * @param warmup how the rate rises first
 * @param cycles waves of {@code cosine} and {@code cosine_with_min_lr} (0.5), falls of {@code
 *     cosine_with_restarts} (1)
 * @param minimumRatio the least rate as a share of the learning rate: {@code cosine_with_min_lr}
 *     (must be given), {@code warmup_stable_decay} (0)
 * @param endLearningRate where {@code polynomial} ends (1e-7)
 * @param power of {@code polynomial} (1)
 * @param timescale of {@code inverse_sqrt} (the warm-up, or 10,000)
 * @param decaySteps of {@code warmup_stable_decay} (must be given)
 */
public record ScheduleSettings(
    String type,
    Warmup warmup,
    @Nullable Double cycles,
    @Nullable Double minimumRatio,
    @Nullable Double endLearningRate,
    @Nullable Double power,
    @Nullable Long timescale,
    @Nullable Long decaySteps) {

  /** Only a name and a warm-up. */
  public static ScheduleSettings of(String type, Warmup warmup) {
    return new ScheduleSettings(type, warmup, null, null, null, null, null, null);
  }

  /**
   * The schedule these settings describe.
   *
   * @throws IllegalArgumentException naming the setting that is unknown, missing or out of range
   */
  public Schedule toSchedule() {
    return switch (type) {
      case "constant" -> constant();
      case "constant_with_warmup" -> {
        takes();
        yield new Schedule.ConstantWithWarmup(warmup);
      }
      case "linear" -> {
        takes();
        yield new Schedule.Linear(warmup);
      }
      case "cosine" -> {
        takes("cycles");
        yield new Schedule.Cosine(warmup, positive("cycles", or(cycles, 0.5)));
      }
      case "cosine_with_restarts" -> {
        takes("cycles");
        yield new Schedule.CosineWithRestarts(warmup, wholeCycles());
      }
      case "cosine_with_min_lr" -> {
        takes("cycles", "minimumRatio");
        yield new Schedule.CosineWithMinimum(
            warmup,
            positive("cycles", or(cycles, 0.5)),
            share(required("minimumRatio", minimumRatio)));
      }
      case "polynomial" -> {
        takes("endLearningRate", "power");
        yield new Schedule.Polynomial(
            warmup, or(endLearningRate, 1e-7), positive("power", or(power, 1.0)));
      }
      case "inverse_sqrt" -> {
        takes("timescale");
        yield new Schedule.InverseSqrt(warmup, timescaleSteps());
      }
      case "warmup_stable_decay" -> {
        takes("minimumRatio", "decaySteps");
        long decay = required("decaySteps", decaySteps);
        positive("decaySteps", (double) decay);
        yield new Schedule.WarmupStableDecay(warmup, decay, share(or(minimumRatio, 0.0)));
      }
      default ->
          throw new IllegalArgumentException(
              "no schedule is called '"
                  + type
                  + "'; there are "
                  + String.join(", ", Schedule.NAMES));
    };
  }

  private Schedule constant() {
    takes();
    if (!warmup.equals(Warmup.NONE)) {
      throw new IllegalArgumentException(
          "schedule 'constant' has no warm-up; use 'constant_with_warmup'");
    }
    return new Schedule.Constant();
  }

  private long wholeCycles() {
    double n = or(cycles, 1.0);
    if (n < 1 || n != Math.rint(n)) {
      throw new IllegalArgumentException(
          "schedule 'cosine_with_restarts' needs a whole number of cycles, got " + n);
    }
    return (long) n;
  }

  private OptionalLong timescaleSteps() {
    if (timescale == null) {
      return OptionalLong.empty();
    }
    positive("timescale", timescale.doubleValue());
    return OptionalLong.of(timescale);
  }

  /** Fails if a setting is given that is not among the named ones. */
  private void takes(String... known) {
    List<String> given = new ArrayList<>();
    given(given, "cycles", cycles);
    given(given, "minimumRatio", minimumRatio);
    given(given, "endLearningRate", endLearningRate);
    given(given, "power", power);
    given(given, "timescale", timescale);
    given(given, "decaySteps", decaySteps);
    given.removeAll(List.of(known));
    if (!given.isEmpty()) {
      throw new IllegalArgumentException(
          "schedule '" + type + "' has no setting " + String.join(", ", given));
    }
  }

  private static void given(List<String> to, String name, @Nullable Number value) {
    if (value != null) {
      to.add(name);
    }
  }

  private static double or(@Nullable Double value, double otherwise) {
    return value == null ? otherwise : value;
  }

  private <T extends Number> T required(String name, @Nullable T value) {
    if (value == null) {
      throw new IllegalArgumentException("schedule '" + type + "' needs the setting " + name);
    }
    return value;
  }

  private double positive(String name, double value) {
    if (!(value > 0)) {
      throw new IllegalArgumentException(
          "schedule '" + type + "': " + name + " must be above 0, got " + value);
    }
    return value;
  }

  private double share(double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(
          "schedule '" + type + "': minimumRatio must be in [0, 1], got " + value);
    }
    return value;
  }
}
