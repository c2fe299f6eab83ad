package dev.fettle.backend.reference;

import dev.fettle.ir.Node;
import dev.fettle.ir.Shape;
import dev.fettle.ir.op.Linalg.Matmul;
import java.util.stream.IntStream;

/** Matrix products: operands and sums in double, each result rounded once. */
final class LinalgKernels {
  private static final int UNROLL = 4;
  private static final int ROWS = 16;
  private static final long WORTH_THREADS = 1 << 16;

  private LinalgKernels() {}

  /** A row-major matrix somewhere in an array. */
  private static final class Matrix {
    private final double[] values;
    private final int offset;
    private final int rows;
    private final int columns;

    Matrix(double[] values, int offset, int rows, int columns) {
      this.values = values;
      this.offset = offset;
      this.rows = rows;
      this.columns = columns;
    }

    Matrix transposed() {
      double[] out = new double[rows * columns];
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          out[j * rows + i] = values[offset + i * columns + j];
        }
      }
      return new Matrix(out, 0, columns, rows);
    }
  }

  static void matmul(Frame f, Matmul op, Node node) {
    double[] a = f.in(node, 0).toDoubles();
    double[] b = f.in(node, 1).toDoubles();
    double[] out = new double[Math.toIntExact(node.output().shape().elements())];
    Shape as = node.inputs().get(0).shape();
    Shape bs = node.inputs().get(1).shape();
    int batches = Strides.count(as, 0, as.rank() - 2);
    int perOut = out.length / batches;
    for (int i = 0; i < batches; i++) {
      Matrix left = matrix(a, i, as);
      Matrix right = matrix(b, i, bs);
      multiply(
          op.transposeA() ? left.transposed() : left,
          op.transposeB() ? right.transposed() : right,
          new Matrix(out, i * perOut, 0, 0),
          f.threads());
    }
    f.put(node, Elements.rounded(node.output().dtype(), out));
  }

  private static Matrix matrix(double[] values, int batch, Shape shape) {
    int rows = Math.toIntExact(shape.size(-2));
    int columns = Math.toIntExact(shape.size(-1));
    return new Matrix(values, batch * rows * columns, rows, columns);
  }

  private static void multiply(Matrix a, Matrix b, Matrix out, int threads) {
    int blocks = (a.rows + ROWS - 1) / ROWS;
    boolean small = (long) a.rows * a.columns * b.columns < WORTH_THREADS;
    IntStream each = IntStream.range(0, blocks);
    // Rows are independent, so the result does not depend on the number of threads.
    (threads > 1 && !small ? each.parallel() : each)
        .forEach(
            block -> {
              int end = Math.min(a.rows, (block + 1) * ROWS);
              for (int i = block * ROWS; i < end; i++) {
                row(a, b, i, out);
              }
            });
  }

  /** One row of the result: rows of b, weighted by a row of a; four at a time to save traffic. */
  private static void row(Matrix a, Matrix b, int i, Matrix out) {
    int n = b.columns;
    double[] x = a.values;
    double[] y = b.values;
    double[] sums = new double[n];
    int from = a.offset + i * a.columns;
    int k = 0;
    for (; k + UNROLL <= a.columns; k += UNROLL) {
      double x0 = x[from + k];
      double x1 = x[from + k + 1];
      double x2 = x[from + k + 2];
      double x3 = x[from + k + 3];
      int at = b.offset + k * n;
      for (int j = 0; j < n; j++) {
        sums[j] +=
            x0 * y[at + j] + x1 * y[at + n + j] + x2 * y[at + 2 * n + j] + x3 * y[at + 3 * n + j];
      }
    }
    for (; k < a.columns; k++) {
      int at = b.offset + k * n;
      for (int j = 0; j < n; j++) {
        sums[j] += x[from + k] * y[at + j];
      }
    }
    System.arraycopy(sums, 0, out.values, out.offset + i * n, n);
  }
}
