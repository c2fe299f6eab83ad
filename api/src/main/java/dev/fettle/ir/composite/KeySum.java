package dev.fettle.ir.composite;

import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Shape;
import dev.fettle.ir.Value;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The sum of gradients {@code [batch, kvHeads, headDim, key]} of blocks, from the last one to the
 * first. Only the keys a block still sees are in the running sum; those behind it are finished.
 */
final class KeySum {
  private final GraphBuilder g;
  private final List<Value> finished = new ArrayList<>();
  private @Nullable Value sum;
  private long first;

  KeySum(GraphBuilder g) {
    this.g = g;
  }

  /** What must be there before the next block begins: at most the sum and what left it last. */
  List<Value> pending() {
    List<Value> pending = new ArrayList<>(finished.subList(0, Math.min(1, finished.size())));
    if (sum != null) {
      pending.add(sum);
    }
    return pending;
  }

  /** Takes the pending values as they are behind a barrier, in order. */
  void pass(Iterator<Value> later) {
    if (!finished.isEmpty()) {
      finished.set(0, later.next());
    }
    if (sum != null) {
      sum = later.next();
    }
  }

  /** Adds the gradients of the next block. */
  void add(QueryBlocks.Block b, Value part) {
    Value running = sum;
    sum = running == null ? part : moved(b, running, part);
    first = b.first();
  }

  private Value moved(QueryBlocks.Block b, Value running, Value part) {
    long shared = b.first() + b.key().size() - first;
    Dim key = b.key();
    long rest = running.shape().size(3) - shared;
    finished.add(0, g.sliceAxis(running, 3, shared, key.withSize(rest)));
    if (shared == 0) {
      return part;
    }
    Value kept = g.sliceAxis(running, 3, 0, key.withSize(shared));
    List<Long> none = List.of(0L, 0L, 0L, 0L);
    return g.add(g.pad(kept, List.of(0L, 0L, 0L, key.size() - shared), none, 0), part);
  }

  /** The gradients of all keys, {@code [batch, kvHeads, seq, headDim]}. */
  Value all(Shape keys) {
    finished.add(0, Objects.requireNonNull(sum));
    Value turned = g.transpose(g.concat(finished, 3), List.of(0, 1, 3, 2));
    return g.reshape(turned, keys);
  }
}
