package dev.fettle.models.weights;

import dev.fettle.ir.DType;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.Pieces;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Named tensors on disk: one safetensors file, or a directory of shards. Nothing is read until
 * asked for; tensors may be read from several threads at once.
 */
public interface WeightSource extends AutoCloseable {

  /**
   * Opens a safetensors file, or the weights of a Hugging Face model directory: {@code
   * model.safetensors}, else the shards of {@code model.safetensors.index.json}.
   *
   * @throws ModelFileException if there are none, or one breaks the format's rules
   */
  static WeightSource open(Path fileOrModelDir) {
    return ModelDirectory.openWeights(fileOrModelDir);
  }

  /** The file or directory, for messages. */
  Path location();

  /** Tensor names, in the order they are stored: reading in this order is fastest. */
  List<String> names();

  /** Whether a tensor is stored under this very name. */
  boolean has(String name);

  /**
   * The sizes of a tensor's axes.
   *
   * @throws ModelFileException if there is no such tensor
   */
  long[] shape(String name);

  /**
   * The element type of a tensor.
   *
   * @throws ModelFileException if there is no such tensor, or its type is not one Fettle reads
   */
  DType dtype(String name);

  /**
   * A copy of a tensor as stored.
   *
   * @throws ModelFileException as {@link #dtype}, or if it exceeds 2 GiB
   */
  HostTensor read(String name);

  /**
   * A copy of a float tensor in another float type; to F32 is exact from BF16 and F16.
   *
   * @throws ModelFileException as {@link #read}, or if either type is not a float type
   */
  HostTensor readAs(String name, DType dtype);

  /**
   * Some elements of a float tensor that follow each other in row-major order, in a float type, as
   * a vector. A tensor of more than 2 GiB can only be read so.
   *
   * @throws ModelFileException as {@link #readAs}, or if there are not so many elements
   */
  HostTensor readPart(String name, DType dtype, Pieces piece);

  /** The file's free-form strings ({@code __metadata__}). */
  Map<String, String> metadata();

  /**
   * The stored tensor that stands for a name that is not stored: savers of tied weights keep one
   * tensor and note the other names in the metadata.
   */
  default Optional<String> alias(String name) {
    return Optional.ofNullable(metadata().get(name)).filter(this::has);
  }

  @Override
  void close();
}
