package dev.fettle.models.nn;

import dev.fettle.models.config.RopeConfig;
import dev.fettle.models.config.RopeScaling;
import java.util.List;

/**
 * Rotary frequencies in radians a position, {@code [rotaryDim / 2]}: transformers' {@code
 * ROPE_INIT_FUNCTIONS} with their single-precision steps.
 */
final class RopeFrequencies {
  private final RopeConfig rope;
  private final int half;

  private RopeFrequencies(RopeConfig rope) {
    this.rope = rope;
    this.half = rope.rotaryDim() / 2;
  }

  /**
   * True where a sequence's own length decides. LongRoPE does not ask where no sequence can be
   * longer than the original length.
   */
  static boolean dependOnLength(RopeConfig rope) {
    return rope.scaling() instanceof RopeScaling.Dynamic
        || (rope.scaling() instanceof RopeScaling.LongRope longRope
            && rope.reach() > longRope.originalMaxPositions());
  }

  /** The frequencies for sequences of a length. */
  static float[] of(RopeConfig rope, int length) {
    RopeFrequencies f = new RopeFrequencies(rope);
    RopeScaling scaling = rope.scaling();
    if (scaling instanceof RopeScaling.Linear linear) {
      return f.linear(linear);
    } else if (scaling instanceof RopeScaling.Dynamic dynamic) {
      return f.inverse(f.powers(f.dynamicBase(dynamic, length)));
    } else if (scaling instanceof RopeScaling.Llama3 llama3) {
      return f.llama3(llama3);
    } else if (scaling instanceof RopeScaling.Yarn yarn) {
      return f.yarn(yarn);
    } else if (scaling instanceof RopeScaling.LongRope longRope) {
      return f.longRope(longRope, length);
    }
    return f.inverse(f.powers(rope.theta()));
  }

  /** {@code base^(2i / dim)}. */
  private float[] powers(double base) {
    float[] powers = new float[half];
    for (int i = 0; i < half; i++) {
      float exponent = 2f * i / rope.dim();
      powers[i] = (float) Math.pow((float) base, exponent);
    }
    return powers;
  }

  private float[] inverse(float[] powers) {
    float[] inverse = new float[half];
    for (int i = 0; i < half; i++) {
      inverse[i] = 1 / powers[i];
    }
    return inverse;
  }

  private float[] linear(RopeScaling.Linear linear) {
    float[] frequencies = inverse(powers(rope.theta()));
    for (int i = 0; i < half; i++) {
      frequencies[i] /= (float) linear.factor();
    }
    return frequencies;
  }

  private double dynamicBase(RopeScaling.Dynamic dynamic, int length) {
    int max = rope.maxPositions();
    double grown = dynamic.factor() * Math.max(length, max) / max - (dynamic.factor() - 1);
    return rope.theta() * Math.pow(grown, rope.dim() / (rope.dim() - 2.0));
  }

  private float[] llama3(RopeScaling.Llama3 l) {
    float[] frequencies = inverse(powers(rope.theta()));
    float factor = (float) l.factor();
    float original = l.originalMaxPositions();
    float longest = (float) (l.originalMaxPositions() / l.lowFreqFactor());
    float shortest = (float) (l.originalMaxPositions() / l.highFreqFactor());
    float low = (float) l.lowFreqFactor();
    float span = (float) (l.highFreqFactor() - l.lowFreqFactor());
    for (int i = 0; i < half; i++) {
      float f = frequencies[i];
      float wavelength = (float) (2 * Math.PI) / f;
      if (wavelength > longest) {
        frequencies[i] = f / factor;
      } else if (wavelength >= shortest) {
        float smooth = (original / wavelength - low) / span;
        frequencies[i] = (1 - smooth) * f / factor + smooth * f;
      }
    }
    return frequencies;
  }

  private float[] yarn(RopeScaling.Yarn y) {
    double low = correctionDim(y.betaFast(), y.originalMaxPositions());
    double high = correctionDim(y.betaSlow(), y.originalMaxPositions());
    if (y.truncate()) {
      low = Math.floor(low);
      high = Math.ceil(high);
    }
    low = Math.max(low, 0);
    high = Math.min(high, rope.dim() - 1);
    // A ramp of no width would divide by zero.
    float width = (float) (low == high ? high + 0.001 - low : high - low);
    float[] powers = powers(rope.theta());
    float[] frequencies = new float[half];
    for (int i = 0; i < half; i++) {
      float ramp = Math.min(1, Math.max(0, (i - (float) low) / width));
      float kept = 1 - ramp;
      float stretched = 1 / ((float) y.factor() * powers[i]);
      frequencies[i] = stretched * (1 - kept) + 1 / powers[i] * kept;
    }
    return frequencies;
  }

  /** The dimension whose wave turns that often within the original length. */
  private double correctionDim(double turns, int originalMaxPositions) {
    return rope.dim()
        * Math.log(originalMaxPositions / (turns * 2 * Math.PI))
        / (2 * Math.log(rope.theta()));
  }

  private float[] longRope(RopeScaling.LongRope l, int length) {
    List<Double> divisors = length > l.originalMaxPositions() ? l.longFactor() : l.shortFactor();
    float[] powers = powers(rope.theta());
    for (int i = 0; i < half; i++) {
      powers[i] *= divisors.get(i).floatValue();
    }
    return inverse(powers);
  }
}
