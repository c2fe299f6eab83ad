package dev.fettle.models.nn;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Rope;
import dev.fettle.models.config.RopeConfig;
import dev.fettle.spi.HostTensor;
import java.util.Map;
import java.util.Optional;

/**
 * Cosines and sines of the rotary angles. Where they follow from a token's position alone they are
 * tables in state, looked up by position; where the scaling looks at the length of the sequence
 * (LongRoPE, dynamic NTK) they are inputs, which the host computes for each batch: sequences of
 * different length lie side by side in a row, and each has angles of its own.
 */
public final class RotaryTables {
  private static final String COS = "rope.cos";
  private static final String SIN = "rope.sin";
  private static final String COS_INPUT = "rope_cos";
  private static final String SIN_INPUT = "rope_sin";

  private final RopeConfig rope;
  private final Optional<RopeTables> tables;

  private RotaryTables(RopeConfig rope, Optional<RopeTables> tables) {
    this.rope = rope;
    this.tables = tables;
  }

  /** The angles of a config, for every position it knows. */
  public static RotaryTables of(RopeConfig rope) {
    return new RotaryTables(
        rope,
        RopeFrequencies.dependOnLength(rope)
            ? Optional.empty()
            : Optional.of(RopeTables.of(rope, rope.reach())));
  }

  /** Whether the angles of a position depend on the length of its sequence. */
  public boolean dependOnLength() {
    return tables.isEmpty();
  }

  /** The tables by name, to be put into state. */
  public Map<String, HostTensor> tensors() {
    return tables.map(t -> Map.of(COS, t.cos(), SIN, t.sin())).orElse(Map.of());
  }

  /** The inputs made of a batch's positions and lengths: none where there are tables. */
  public Map<String, HostTensor> inputs(Map<String, HostTensor> batch) {
    if (tables.isPresent()) {
      return Map.of();
    }
    RopeTables angles = RopeTables.at(rope, TokenPlaces.of(batch));
    return Map.of(COS_INPUT, angles.cos(), SIN_INPUT, angles.sin());
  }

  /** Appends the look-up of the angles of a batch's positions, or declares them as inputs. */
  public Angles at(ModelScope s, TokenInputs tokens) {
    Dim half = new Dim("half", rope.rotaryDim() / 2);
    if (tables.isEmpty()) {
      TensorType type = TensorType.of(DType.F32, tokens.batch(), tokens.seq(), half);
      return new Angles(s.input(COS_INPUT, type), s.input(SIN_INPUT, type));
    }
    Dim position = new Dim("position", rope.reach());
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
