package dev.fettle.models.weights;

import dev.fettle.ir.DType;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.Pieces;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Whether a model whose config ties the head to the embedding brings a head of its own all the
 * same. Transformers keeps such a head where it differs, and so must whoever reads the model.
 */
public final class OwnHead {
  private static final int PIECE = 1 << 20;

  private OwnHead() {}

  /**
   * Looks for the tensor of the head and compares it with the embedding, as far as they are equal.
   *
   * @param base the prefix that names may lack, such as {@code model.}
   * @return false where one of them is not there, or there are no weights at all
   * @throws ModelFileException if the weights are broken
   */
  public static boolean differs(Path modelDir, String base, String embedding, String head) {
    if (!Files.exists(modelDir.resolve(ModelDirectory.SINGLE))
        && !Files.exists(modelDir.resolve(ModelDirectory.INDEX))) {
      return false;
    }
    try (WeightSource source = WeightSource.open(modelDir)) {
      Optional<String> table =
          Arrays.asList(embedding, embedding.substring(base.length())).stream()
              .filter(source::has)
              .findFirst();
      return table.isPresent() && source.has(head) && differ(source, table.get(), head);
    }
  }

  private static boolean differ(WeightSource source, String embedding, String head) {
    long[] shape = source.shape(embedding);
    if (!Arrays.equals(shape, source.shape(head))) {
      return true;
    }
    long elements = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    for (long at = 0; at < elements; at += PIECE) {
      Pieces piece = new Pieces(at, (int) Math.min(PIECE, elements - at));
      HostTensor one = source.readPart(embedding, DType.F32, piece);
      HostTensor other = source.readPart(head, DType.F32, piece);
      if (!one.floats().equals(other.floats())) {
        return true;
      }
    }
    return false;
  }
}
