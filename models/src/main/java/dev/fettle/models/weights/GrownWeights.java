package dev.fettle.models.weights;

import dev.fettle.ir.DType;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.Pieces;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Weights whose embedding and head have more rows than are stored: the tokens that were added. Each
 * new row is the mean of the stored ones, as in transformers 5's {@code resize_token_embeddings}
 * (which draws around that mean with a billionth of the rows' covariance, so that no two runs begin
 * alike; here they do).
 *
 * <p>Hewitt, <i>Initializing New Word Embeddings for Pretrained Language Models</i>, 2021.
 */
public final class GrownWeights implements WeightSource {
  private static final int PIECE = 1 << 20;

  private final WeightSource source;
  private final Set<String> grown;
  private final long rows;
  private final Map<String, float[]> means = new HashMap<>();

  /**
   * Grows matrices {@code [rows, width]}.
   *
   * @param source is closed with this
   * @param grown their names, of which some may not be stored
   * @param rows how many they are to have; those that have as many already stay as they are
   */
  public GrownWeights(WeightSource source, Set<String> grown, long rows) {
    this.source = source;
    this.grown = Set.copyOf(grown);
    this.rows = rows;
  }

  private boolean grows(String name) {
    return grown.contains(name) && source.has(name) && source.shape(name)[0] < rows;
  }

  @Override
  public long[] shape(String name) {
    long[] stored = source.shape(name);
    return grows(name) ? new long[] {rows, stored[1]} : stored;
  }

  @Override
  public HostTensor read(String name) {
    return grows(name) ? readAs(name, source.dtype(name)) : source.read(name);
  }

  @Override
  public HostTensor readAs(String name, DType dtype) {
    if (!grows(name)) {
      return source.readAs(name, dtype);
    }
    if (dtype != DType.F32) {
      throw new ModelFileException(
          location(), "tensor '" + name + "' was given more rows and is read as f32, not " + dtype);
    }
    long[] shape = shape(name);
    HostTensor whole = HostTensor.allocate(dtype, shape);
    whole.floats().put(source.readAs(name, dtype).floats()).put(added(name, shape));
    return whole;
  }

  private float[] added(String name, long[] shape) {
    float[] mean = mean(name);
    int more = Math.toIntExact(shape[0] - source.shape(name)[0]);
    float[] all = new float[Math.multiplyExact(more, mean.length)];
    for (int i = 0; i < all.length; i++) {
      all[i] = mean[i % mean.length];
    }
    return all;
  }

  @Override
  public HostTensor readPart(String name, DType dtype, Pieces piece) {
    if (!grows(name)) {
      return source.readPart(name, dtype, piece);
    }
    long[] stored = source.shape(name);
    long there = stored[0] * stored[1];
    long from = piece.from();
    int old = (int) Math.max(0, Math.min(piece.count(), there - from));
    HostTensor part = HostTensor.allocate(dtype, piece.count());
    FloatBuffer out = part.floats();
    if (old > 0) {
      out.put(source.readPart(name, dtype, new Pieces(from, old)).floats());
    }
    float[] mean = mean(name);
    for (int i = old; i < piece.count(); i++) {
      out.put(mean[(int) ((from + i - there) % mean.length)]);
    }
    return part;
  }

  /** The mean of the stored rows, summed in double. */
  private synchronized float[] mean(String name) {
    return means.computeIfAbsent(
        name,
        n -> {
          long[] shape = source.shape(n);
          double[] sums = new double[Math.toIntExact(shape[1])];
          long elements = shape[0] * shape[1];
          for (long at = 0; at < elements; at += PIECE) {
            Pieces piece = new Pieces(at, (int) Math.min(PIECE, elements - at));
            FloatBuffer values = source.readPart(n, DType.F32, piece).floats();
            for (int i = 0; i < piece.count(); i++) {
              sums[(int) ((at + i) % sums.length)] += values.get(i);
            }
          }
          float[] mean = new float[sums.length];
          for (int i = 0; i < mean.length; i++) {
            mean[i] = (float) (sums[i] / shape[0]);
          }
          return mean;
        });
  }

  @Override
  public Path location() {
    return source.location();
  }

  @Override
  public List<String> names() {
    return source.names();
  }

  @Override
  public boolean has(String name) {
    return source.has(name);
  }

  @Override
  public DType dtype(String name) {
    return source.dtype(name);
  }

  @Override
  public Map<String, String> metadata() {
    return source.metadata();
  }

  @Override
  public Optional<String> alias(String name) {
    return source.alias(name);
  }

  @Override
  public void close() {
    source.close();
  }
}
