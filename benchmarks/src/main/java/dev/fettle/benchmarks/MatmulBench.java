package dev.fettle.benchmarks;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.Backend;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Times the matrix products of one GPT-2 small step (4 rows of 256 tokens) on a backend, each by
 * itself, and adds them up: no step on this machine is faster than its products.
 */
public final class MatmulBench {
  private static final int WARM_UP = 2;
  private static final int RUNS = 7;
  private static final int TOKENS = 1024;
  private static final int EMBED = 768;
  private static final int LAYERS = 12;
  private static final int VOCAB = 50257;

  private MatmulBench() {}

  /**
   * A product {@code [m, k] x [k, n]}.
   *
   * @param count how often a step computes it
   */
  private record Product(
      long m, long k, long n, boolean transposeA, boolean transposeB, int count) {

    /** Forward, and the gradients for input and weight, of a layer from {@code k} to {@code n}. */
    static List<Product> layer(long k, long n, int count) {
      return List.of(
          new Product(TOKENS, k, n, false, false, count),
          new Product(TOKENS, n, k, false, true, count),
          new Product(k, TOKENS, n, true, false, count));
    }

    /** The same for a head tied to the embedding, {@code [vocab, embed]}. */
    static List<Product> head() {
      return List.of(
          new Product(TOKENS, EMBED, VOCAB, false, true, 1),
          new Product(TOKENS, VOCAB, EMBED, false, false, 1),
          new Product(VOCAB, TOKENS, EMBED, true, false, 1));
    }

    double gigaFlop() {
      return 2e-9 * m * k * n;
    }

    Slot left() {
      return new Slot("a", matrix(transposeA ? k : m, transposeA ? m : k, "i", "j"));
    }

    Slot right() {
      return new Slot("b", matrix(transposeB ? n : k, transposeB ? k : n, "k", "l"));
    }

    Slot result() {
      return new Slot("c", matrix(m, n, "rows", "columns"));
    }

    private static TensorType matrix(long rows, long columns, String row, String column) {
      return TensorType.of(DType.F32, new Dim(row, rows), new Dim(column, columns));
    }

    Program program(Precision precision) {
      ProgramBuilder b = new ProgramBuilder("product");
      Dim inner = new Dim("inner", k);
      Dim rows = new Dim("rows", m);
      Dim columns = new Dim("columns", n);
      Value left =
          b.g()
              .reshape(
                  b.state(left(), false), transposeA ? inner : rows, transposeA ? rows : inner);
      Value right =
          b.g()
              .reshape(
                  b.state(right(), false),
                  transposeB ? columns : inner,
                  transposeB ? inner : columns);
      b.write("c", b.g().matmul(left, right, transposeA, transposeB, precision));
      return b.build();
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "[%d x %d]%s [%d x %d]%s",
          m,
          k,
          transposeA ? "'" : " ",
          k,
          n,
          transposeB ? "'" : " ");
    }
  }

  /** Arguments: backend, precision. */
  public static void main(String[] args) {
    if (args.length < 2) {
      throw new IllegalArgumentException("usage: MatmulBench BACKEND f32|tf32|bf16");
    }
    Precision precision = Bench.precision(args[1]);
    double flop = 0;
    double seconds = 0;
    try (Backend backend = Bench.open(args[0])) {
      for (List<Product> layer :
          List.of(
              Product.layer(EMBED, 3 * EMBED, LAYERS),
              Product.layer(EMBED, EMBED, LAYERS),
              Product.layer(EMBED, 4 * EMBED, LAYERS),
              Product.layer(4 * EMBED, EMBED, LAYERS),
              Product.head())) {
        for (Product p : layer) {
          double median = time(backend, p, precision);
          flop += p.count * p.gigaFlop();
          seconds += p.count * median;
          System.out.printf(
              Locale.ROOT,
              "%-32s %8.2f ms %8.1f GFLOP/s  x%d%n",
              p,
              median * 1e3,
              p.gigaFlop() / median,
              p.count);
        }
      }
    }
    System.out.printf(
        Locale.ROOT,
        "fettle %s %s products of a gpt2 step %.0f GFLOP %.0f ms %.1f GFLOP/s%n",
        args[0],
        args[1],
        flop,
        seconds * 1e3,
        flop / seconds);
  }

  private static double time(Backend backend, Product p, Precision precision) {
    try (DeviceState state = backend.newState("product");
        Executable product = backend.compile(p.program(precision))) {
      for (Slot slot : List.of(p.left(), p.right())) {
        state.allocate(slot);
        state.upload(slot.name(), random(slot));
      }
      state.allocate(p.result());
      double[] seconds = new double[RUNS];
      for (int i = -WARM_UP; i < RUNS; i++) {
        long start = System.nanoTime();
        product.run(state, Map.of());
        if (i >= 0) {
          seconds[i] = (System.nanoTime() - start) / 1e9;
        }
      }
      return Bench.median(seconds);
    }
  }

  private static HostTensor random(Slot slot) {
    HostTensor t = HostTensor.allocate(slot.type());
    FloatBuffer values = t.floats();
    Random random = new Random(0);
    while (values.hasRemaining()) {
      values.put(random.nextFloat() - 0.5f);
    }
    return t;
  }
}
