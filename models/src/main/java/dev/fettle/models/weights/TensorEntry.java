package dev.fettle.models.weights;

import dev.fettle.ir.DType;
import dev.fettle.spi.HostTensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * A tensor to be written.
 *
 * @param data called once, when the tensor's turn comes, so that only one is in memory at a time
 */
public record TensorEntry(String name, DType dtype, List<Long> shape, Supplier<HostTensor> data) {

  /** Keeps an immutable copy of the shape. */
  public TensorEntry {
    shape = List.copyOf(shape);
  }

  /** An entry for a tensor that is in memory already. */
  public static TensorEntry of(String name, HostTensor tensor) {
    List<Long> shape = Arrays.stream(tensor.sizes()).boxed().toList();
    return new TensorEntry(name, tensor.dtype(), shape, () -> tensor);
  }

  /** The bytes it takes in a file. */
  public long bytes() {
    return shape.stream().reduce((long) dtype.bytes(), Math::multiplyExact);
  }
}
