package dev.fettle.models.nn;

import dev.fettle.ir.DType;
import dev.fettle.models.config.RopeConfig;
import dev.fettle.models.config.RopeScaling;
import dev.fettle.spi.HostTensor;
import java.nio.FloatBuffer;

/**
 * Cosines and sines of the rotary angles, {@code F32[positions, rotaryDim / 2]} each, multiplied by
 * the attention factor where the scaling has one.
 *
 * <p>The angle is the single-precision product of position and frequency, as in transformers: at
 * position 100,000 a more precise angle would differ from what the model was trained with by up to
 * 0.004.
 */
public record RopeTables(HostTensor cos, HostTensor sin) {

  /**
   * The tables of positions {@code 0 .. positions - 1}.
   *
   * @param positions the longest sequence the tables must serve; it decides between LongRoPE's two
   *     sets and, beyond {@code maxPositions}, the base of dynamic scaling
   */
  public static RopeTables of(RopeConfig rope, int positions) {
    float[] frequencies = RopeFrequencies.of(rope, positions);
    float factor = (float) attentionFactor(rope.scaling());
    HostTensor cos = HostTensor.allocate(DType.F32, positions, frequencies.length);
    HostTensor sin = HostTensor.allocate(DType.F32, positions, frequencies.length);
    FloatBuffer cosines = cos.floats();
    FloatBuffer sines = sin.floats();
    for (int position = 0; position < positions; position++) {
      for (float frequency : frequencies) {
        float angle = position * frequency;
        cosines.put((float) Math.cos(angle) * factor);
        sines.put((float) Math.sin(angle) * factor);
      }
    }
    return new RopeTables(cos, sin);
  }

  private static double attentionFactor(RopeScaling scaling) {
    if (scaling instanceof RopeScaling.Yarn yarn) {
      return yarn.attentionFactor();
    }
    return scaling instanceof RopeScaling.LongRope longRope ? longRope.attentionFactor() : 1;
  }
}
