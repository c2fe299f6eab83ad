package dev.fettle.backend.reference;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.op.Compare.Comparison;
import dev.fettle.ir.op.Compare.Kind;
import dev.fettle.ir.op.Compare.Select;

/** Kernels that compare, and choose. */
final class CompareKernels {
  private CompareKernels() {}

  static void comparison(Frame f, Comparison op, Node node) {
    Elements a = f.in(node, 0);
    Elements b = f.in(node, 1);
    boolean less = op.kind() == Kind.LESS;
    long[] out = new long[a.size()];
    for (int i = 0; i < out.length; i++) {
      boolean holds;
      if (a instanceof LongElements x) {
        long p = x.values()[i];
        long q = b.longs().values()[i];
        holds = less ? p < q : p == q;
      } else {
        holds = less ? a.get(i) < b.get(i) : a.get(i) == b.get(i);
      }
      out[i] = holds ? 1 : 0;
    }
    f.put(node, new LongElements(DType.BOOL, out));
  }

  static void select(Frame f, Select op, Node node) {
    f.put(node, f.in(node, 1).where(f.in(node, 0).longs(), f.in(node, 2)));
  }
}
