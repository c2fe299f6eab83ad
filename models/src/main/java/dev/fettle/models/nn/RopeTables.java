package dev.fettle.models.nn;

import dev.fettle.ir.DType;
import dev.fettle.models.config.RopeConfig;
import dev.fettle.models.config.RopeScaling;
import dev.fettle.spi.HostTensor;
import java.nio.FloatBuffer;

/**
 * Cosines and sines of the rotary angles, F32 with {@code rotaryDim / 2} elements last, multiplied
 * by the attention factor where the scaling has one.
 *
 * <p>The angle is the single-precision product of position and frequency, as in transformers: at
 * position 100,000 a more precise angle would differ from what the model was trained with by up to
 * 0.004.
 */
public record RopeTables(HostTensor cos, HostTensor sin) {

  /**
   * The tables {@code [positions, rotaryDim / 2]} of positions {@code 0 .. positions - 1}.
   *
   * @param positions the longest sequence the tables must serve; it decides between LongRoPE's two
   *     sets and, beyond {@code maxPositions}, the base of dynamic scaling
   */
  public static RopeTables of(RopeConfig rope, int positions) {
    float[] frequencies = RopeFrequencies.of(rope, positions);
    Writer writer = new Writer(rope, positions, frequencies.length);
    for (int position = 0; position < positions; position++) {
      writer.put(position, frequencies);
    }
    return writer.done();
  }

  /**
   * The angles {@code [rows, length, rotaryDim / 2]} of tokens, each by the frequencies for the
   * length of its own sequence.
   */
  public static RopeTables at(RopeConfig rope, TokenPlaces places) {
    Writer writer = new Writer(rope, places.rows(), places.length(), rope.rotaryDim() / 2);
    int length = -1;
    float[] frequencies = {};
    for (int i = 0; i < places.positions().length; i++) {
      if (places.lengths()[i] != length) {
        length = places.lengths()[i];
        frequencies = RopeFrequencies.of(rope, length);
      }
      writer.put(places.positions()[i], frequencies);
    }
    return writer.done();
  }

  private static double attentionFactor(RopeScaling scaling) {
    if (scaling instanceof RopeScaling.Yarn yarn) {
      return yarn.attentionFactor();
    }
    return scaling instanceof RopeScaling.LongRope longRope ? longRope.attentionFactor() : 1;
  }

  /** Fills both tensors, one position after the other. */
  private static final class Writer {
    private final HostTensor cos;
    private final HostTensor sin;
    private final FloatBuffer cosines;
    private final FloatBuffer sines;
    private final float factor;

    Writer(RopeConfig rope, long... sizes) {
      this.cos = HostTensor.allocate(DType.F32, sizes);
      this.sin = HostTensor.allocate(DType.F32, sizes);
      this.cosines = cos.floats();
      this.sines = sin.floats();
      this.factor = (float) attentionFactor(rope.scaling());
    }

    void put(int position, float[] frequencies) {
      for (float frequency : frequencies) {
        float angle = position * frequency;
        cosines.put((float) Math.cos(angle) * factor);
        sines.put((float) Math.sin(angle) * factor);
      }
    }

    RopeTables done() {
      return new RopeTables(cos, sin);
    }
  }
}
