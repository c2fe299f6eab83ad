package dev.fettle.backend.reference;

import dev.fettle.ir.Shape;

/**
 * Walks a box of elements row by row: for each row, where it starts in memory laid out with given
 * strides.
 */
final class Strides {
  private final int[] sizes;
  private final int[] strides;

  /**
   * A box.
   *
   * @param sizes its sizes
   * @param strides how far apart neighbours along each axis lie; 0 repeats
   */
  Strides(int[] sizes, int[] strides) {
    this.sizes = sizes;
    this.strides = strides;
  }

  /** What is done with each row. */
  interface Row {
    /**
     * Visits a row.
     *
     * @param row how many rows came before
     * @param start where its first element lies
     */
    void visit(int row, int start);
  }

  /** The sizes of a shape as ints. */
  static int[] sizes(Shape shape) {
    return shape.dims().stream().mapToInt(d -> Math.toIntExact(d.size())).toArray();
  }

  /** The strides of row-major elements. */
  static int[] rowMajor(Shape shape) {
    int[] strides = new int[shape.rank()];
    int step = 1;
    for (int i = strides.length - 1; i >= 0; i--) {
      strides[i] = step;
      step *= Math.toIntExact(shape.size(i));
    }
    return strides;
  }

  /** The product of the sizes from axis {@code from} to before {@code to}. */
  static int count(Shape shape, int from, int to) {
    int n = 1;
    for (int i = from; i < to; i++) {
      n = Math.multiplyExact(n, Math.toIntExact(shape.size(i)));
    }
    return n;
  }

  /** The length of a row: the size of the last axis, 1 for a scalar. */
  int rowLength() {
    return sizes.length == 0 ? 1 : sizes[sizes.length - 1];
  }

  /** The step within a row. */
  int rowStride() {
    return sizes.length == 0 ? 1 : strides[sizes.length - 1];
  }

  /** Visits all rows in row-major order. */
  void rows(int offset, Row row) {
    int outer = Math.max(0, sizes.length - 1);
    int[] index = new int[outer];
    int start = offset;
    int visited = 0;
    while (true) {
      row.visit(visited++, start);
      int axis = outer - 1;
      while (axis >= 0 && ++index[axis] == sizes[axis]) {
        start -= (sizes[axis] - 1) * strides[axis];
        index[axis--] = 0;
      }
      if (axis < 0) {
        return;
      }
      start += strides[axis];
    }
  }

  /** The elements of this box read out of {@code x}, in row-major order. */
  Elements read(Elements x, int offset) {
    int length = rowLength();
    int total = length;
    for (int i = 0; i < sizes.length - 1; i++) {
      total = Math.multiplyExact(total, sizes[i]);
    }
    Elements out = Elements.zeros(x.dtype(), total);
    int step = rowStride();
    rows(
        offset,
        (row, start) -> {
          if (step == 1) {
            x.copyTo(start, out, row * length, length);
          } else {
            x.copyStrided(start, step, out, row * length, length);
          }
        });
    return out;
  }

  /** Writes row-major elements into this box of {@code target}; rows must be contiguous there. */
  void write(Elements x, Elements target, int offset) {
    int length = rowLength();
    rows(offset, (row, start) -> x.copyTo(row * length, target, start, length));
  }
}
