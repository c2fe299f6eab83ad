package dev.fettle.models.weights;

import dev.fettle.ir.DType;
import dev.fettle.ir.TensorType;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.Pieces;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A tensor to be written.
 *
 * @param pieces its elements, one stretch after the other; each is called once, when its turn
 *     comes, so that only one is in memory at a time
 */
public record TensorEntry(
    String name, DType dtype, List<Long> shape, List<Supplier<HostTensor>> pieces) {

  /** Keeps immutable copies. */
  public TensorEntry {
    shape = List.copyOf(shape);
    pieces = List.copyOf(pieces);
  }

  /** An entry for a tensor that is made when its turn comes. */
  public TensorEntry(String name, DType dtype, List<Long> shape, Supplier<HostTensor> data) {
    this(name, dtype, shape, List.of(data));
  }

  /** An entry for a tensor that is in memory already. */
  public static TensorEntry of(String name, HostTensor tensor) {
    List<Long> shape = Arrays.stream(tensor.sizes()).boxed().toList();
    return new TensorEntry(name, tensor.dtype(), shape, () -> tensor);
  }

  /**
   * An entry for a tensor that is made when its turn comes, one too large for that piece by piece.
   *
   * @param whole gives all of it
   * @param part gives a stretch of its elements
   */
  public static TensorEntry of(
      String name, TensorType type, Supplier<HostTensor> whole, Function<Pieces, HostTensor> part) {
    List<Long> shape = Arrays.stream(type.shape().sizes()).boxed().toList();
    if (!Pieces.pays(type)) {
      return new TensorEntry(name, type.dtype(), shape, whole);
    }
    List<Supplier<HostTensor>> pieces =
        Pieces.of(type).stream().<Supplier<HostTensor>>map(p -> () -> part.apply(p)).toList();
    return new TensorEntry(name, type.dtype(), shape, pieces);
  }

  /** The bytes it takes in a file. */
  public long bytes() {
    return shape.stream().reduce((long) dtype.bytes(), Math::multiplyExact);
  }
}
