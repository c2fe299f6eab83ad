package dev.fettle.models.nn;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.spi.HostTensor;
import java.util.Map;

/**
 * The token ids and positions of a forward pass.
 *
 * @param ids {@code I32[batch, seq]}
 * @param positions {@code I32[batch, seq]}: the place of each token in its own sequence, from 0
 */
public record TokenInputs(Value ids, Value positions) {
  /** The input that carries the ids. */
  public static final String IDS = "input_ids";

  /** The input that carries the positions. */
  public static final String POSITIONS = "position_ids";

  /**
   * Goes with them to whoever runs a program: the length of each token's sequence, for models whose
   * own inputs are made of it. No program reads it.
   */
  public static final String LENGTHS = "sequence_lengths";

  /**
   * The tensors of a batch's tokens: ids, positions and lengths.
   *
   * @param ids row after row, as many as there are places
   */
  public static Map<String, HostTensor> tensors(int[] ids, TokenPlaces places) {
    long rows = places.rows();
    long length = places.length();
    return Map.of(
        IDS, HostTensor.ofInts(ids, rows, length),
        POSITIONS, HostTensor.ofInts(places.positions(), rows, length),
        LENGTHS, HostTensor.ofInts(places.lengths(), rows, length));
  }

  /** Declares both as inputs of a program. */
  public static TokenInputs declare(ProgramBuilder b, long batch, long seq) {
    TensorType type = TensorType.of(DType.I32, new Dim("batch", batch), new Dim("seq", seq));
    return new TokenInputs(b.input(IDS, type), b.input(POSITIONS, type));
  }

  /** The axis of rows. */
  public Dim batch() {
    return ids.shape().dim(0);
  }

  /** The axis along a row. */
  public Dim seq() {
    return ids.shape().dim(1);
  }

  /** Both axes as one, as activations are laid out. */
  public Dim tokens() {
    return new Dim("tokens", ids.shape().elements());
  }
}
