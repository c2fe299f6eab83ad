package dev.fettle.optim;

import java.util.List;
import java.util.OptionalLong;

/**
 * The learning rate of every optimizer step.
 *
 * <p>Names and formulas are those of {@code transformers.get_scheduler} (checked against 5.18.0),
 * in the same order of floating-point operations, so that a run follows another trainer's rate to
 * the last digits. Steps count from 0, the first update: with {@code W > 0} steps of warm-up that
 * one has rate 0. Unless said otherwise, step {@code t < W} has rate {@code base * t / W}, and the
 * formulas below are for {@code t >= W} with {@code T} steps in all.
 *
 * <p>A schedule holds no state. A resumed run asks again for the same steps.
 */
public sealed interface Schedule {

  /** The names {@link #named} and {@link ScheduleSettings} take, in the order of a menu. */
  List<String> NAMES =
      List.of(
          "linear",
          "cosine",
          "constant",
          "constant_with_warmup",
          "inverse_sqrt",
          "cosine_with_restarts",
          "cosine_with_min_lr",
          "polynomial",
          "warmup_stable_decay");

  /** The name a config gives it, as {@code cosine_with_restarts}. */
  String name();

  /**
   * The learning rate of one update.
   *
   * @param step which update, from 0
   * @param base the learning rate the schedule scales, above 0
   * @param total updates in the whole run, at least 1
   */
  double learningRate(long step, double base, long total);

  /**
   * The schedule of that name with its usual settings.
   *
   * @throws IllegalArgumentException for an unknown name, or one whose settings have no default
   */
  static Schedule named(String name, Warmup warmup) {
    return ScheduleSettings.of(name, warmup).toSchedule();
  }

  /** {@code base}, always. */
  record Constant() implements Schedule {
    @Override
    public String name() {
      return "constant";
    }

    @Override
    public double learningRate(long step, double base, long total) {
      return base;
    }
  }

  /** {@code base} after the warm-up. */
  record ConstantWithWarmup(Warmup warmup) implements Schedule {
    @Override
    public String name() {
      return "constant_with_warmup";
    }

    @Override
    public double learningRate(long step, double base, long total) {
      long w = warmup.resolve(total);
      return step < w ? rising(step, w, base) : base;
    }
  }

  /** {@code base * max(0, (T - t) / (T - W))}. */
  record Linear(Warmup warmup) implements Schedule {
    @Override
    public String name() {
      return "linear";
    }

    @Override
    public double learningRate(long step, double base, long total) {
      long w = warmup.resolve(total);
      if (step < w) {
        return rising(step, w, base);
      }
      return base * Math.max(0.0, (double) (total - step) / Math.max(1, total - w));
    }
  }

  /**
   * {@code base * max(0, (1 + cos(2 pi cycles p)) / 2)} with {@code p = (t - W) / (T - W)}.
   *
   * @param cycles waves in the run; 0.5 falls once from {@code base} to 0
   */
  record Cosine(Warmup warmup, double cycles) implements Schedule {
    @Override
    public String name() {
      return "cosine";
    }

    @Override
    public double learningRate(long step, double base, long total) {
      long w = warmup.resolve(total);
      if (step < w) {
        return rising(step, w, base);
      }
      return base * Math.max(0.0, wave(cycles, progress(step, w, total)));
    }
  }

  /**
   * {@code base * (1 + cos(pi (cycles p mod 1))) / 2}, and 0 from {@code T} on.
   *
   * @param cycles how often it falls from {@code base} to 0, at least 1
   */
  record CosineWithRestarts(Warmup warmup, long cycles) implements Schedule {
    @Override
    public String name() {
      return "cosine_with_restarts";
    }

    @Override
    public double learningRate(long step, double base, long total) {
      long w = warmup.resolve(total);
      if (step < w) {
        return rising(step, w, base);
      }
      double p = progress(step, w, total);
      if (p >= 1.0) {
        return 0.0;
      }
      return base * Math.max(0.0, 0.5 * (1.0 + Math.cos(Math.PI * ((cycles * p) % 1.0))));
    }
  }

  /**
   * The cosine, squeezed between {@code base} and a least rate.
   *
   * @param cycles waves in the run; 0.5 falls once
   * @param minimumRatio the least rate as a share of {@code base}
   */
  record CosineWithMinimum(Warmup warmup, double cycles, double minimumRatio) implements Schedule {
    @Override
    public String name() {
      return "cosine_with_min_lr";
    }

    @Override
    public double learningRate(long step, double base, long total) {
      long w = warmup.resolve(total);
      if (step < w) {
        return rising(step, w, base);
      }
      double factor = wave(cycles, progress(step, w, total));
      return base * Math.max(0.0, factor * (1 - minimumRatio) + minimumRatio);
    }
  }

  /**
   * {@code (base - end) * (1 - p)^power + end}, and {@code end} after {@code T}.
   *
   * @param end the last learning rate, below {@code base}
   * @param power 1 is a straight line
   */
  record Polynomial(Warmup warmup, double end, double power) implements Schedule {
    @Override
    public String name() {
      return "polynomial";
    }

    @Override
    public double learningRate(long step, double base, long total) {
      if (!(base > end)) {
        throw new IllegalArgumentException(
            "a polynomial schedule falls to "
                + end
                + ": the learning rate must be above, got "
                + base);
      }
      long w = warmup.resolve(total);
      if (step < w) {
        return rising(step, w, base);
      }
      if (step > total) {
        return base * (end / base);
      }
      double remaining = 1 - progress(step, w, total);
      return base * (((base - end) * Math.pow(remaining, power) + end) / base);
    }
  }

  /**
   * {@code base / sqrt((t + timescale - W) / timescale)}.
   *
   * @param timescale how slowly it falls, in steps; absent: {@code W}, or 10,000 without warm-up
   */
  record InverseSqrt(Warmup warmup, OptionalLong timescale) implements Schedule {
    @Override
    public String name() {
      return "inverse_sqrt";
    }

    @Override
    public double learningRate(long step, double base, long total) {
      long w = warmup.resolve(total);
      if (step < w) {
        return rising(step, w, base);
      }
      long scale = timescale.orElse(w > 0 ? w : 10_000);
      return base * (1.0 / Math.sqrt((double) (step + scale - w) / scale));
    }
  }

  /**
   * Rises, stays at {@code base}, and falls over the last {@code decaySteps} by a half cosine
   * ({@code (1 + cos(pi p)) / 2} with {@code p} the share of the decay done). With a minimum ratio
   * {@code m}, a factor {@code f} of the rise or the fall becomes {@code f (1 - m) + m}.
   *
   * @param decaySteps the steps of the fall
   * @param minimumRatio where the rise begins and the fall ends, as a share of {@code base}
   */
  record WarmupStableDecay(Warmup warmup, long decaySteps, double minimumRatio)
      implements Schedule {
    @Override
    public String name() {
      return "warmup_stable_decay";
    }

    @Override
    public double learningRate(long step, double base, long total) {
      long w = warmup.resolve(total);
      // As in transformers, a decay longer than what the warm-up leaves is entered part-way.
      long fall = total - decaySteps;
      if (step < w) {
        return base * above((double) step / Math.max(1, w));
      }
      if (step < fall) {
        return base;
      }
      long done = step - fall;
      if (done >= decaySteps) {
        return base * minimumRatio;
      }
      return base * above(wave(0.5, (double) done / Math.max(1, decaySteps)));
    }

    private double above(double factor) {
      return Math.max(0.0, factor * (1.0 - minimumRatio) + minimumRatio);
    }
  }

  private static double rising(long step, long warmup, double base) {
    return base * ((double) step / Math.max(1, warmup));
  }

  private static double progress(long step, long warmup, long total) {
    return (double) (step - warmup) / Math.max(1, total - warmup);
  }

  private static double wave(double cycles, double progress) {
    return 0.5 * (1.0 + Math.cos(Math.PI * cycles * 2.0 * progress));
  }
}
