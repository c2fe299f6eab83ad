package dev.fettle.models.nn;

import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Rope;
import dev.fettle.models.config.RopeConfig;
import dev.fettle.spi.HostTensor;
import java.util.Map;

/**
 * Cosines and sines of the rotary angles for every position, kept in state and looked up by
 * position.
 */
public final class RotaryTables {
  private static final String COS = "rope.cos";
  private static final String SIN = "rope.sin";

  private final HostTensor cos;
  private final HostTensor sin;

  /** Tables {@code F32[position, half]}. */
  public RotaryTables(HostTensor cos, HostTensor sin) {
    this.cos = cos;
    this.sin = sin;
  }

  /** The tables of a config, for every position it knows. */
  public static RotaryTables of(RopeConfig rope) {
    RopeTables tables = RopeTables.of(rope, rope.maxPositions());
    return new RotaryTables(tables.cos(), tables.sin());
  }

  /** The tables by name, to be put into state. */
  public Map<String, HostTensor> tensors() {
    return Map.of(COS, cos, SIN, sin);
  }

  /** Appends the look-up of the angles of a batch's positions. */
  public Angles at(ModelScope s, TokenInputs tokens) {
    Dim position = new Dim("position", cos.sizes()[0]);
    Dim half = new Dim("half", cos.sizes()[1]);
    return new Angles(
        s.g().gather(s.params().table(COS, position, half), tokens.positions()),
        s.g().gather(s.params().table(SIN, position, half), tokens.positions()));
  }

  /**
   * The angles of a batch.
   *
   * @param cos {@code [batch, seq, half]}
   * @param sin {@code [batch, seq, half]}
   */
  public record Angles(Value cos, Value sin) {
    /** Appends the rotation of {@code x[batch, seq, heads, headDim]}. */
    public Value rotate(GraphBuilder g, Value x) {
      return Rope.of(g, x, cos, sin);
    }
  }
}
