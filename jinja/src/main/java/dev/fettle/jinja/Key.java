package dev.fettle.jinja;

import java.math.BigInteger;
import java.util.List;

/**
 * A key of a dictionary, as Python compares keys: 1, 1.0 and true are the same. Keys have an order,
 * because a hash table keeps keys of equal hash in a tree where it can compare them: keys chosen to
 * collide then cost a logarithm.
 *
 * @param shown the key as it was given
 * @param compared what stands for it in comparisons: a String, Long, Double, BigInteger, a list of
 *     keys, or any object that is only equal to itself
 */
record Key(Object shown, Object compared) implements Comparable<Key> {

  /**
   * @throws TemplateException where the value has no hash, as a list or a dictionary
   */
  static Key of(Bounds bounds, Object value) {
    if (value instanceof String) {
      return new Key(value, value);
    }
    if (value instanceof PyTuple tuple) {
      bounds.enter();
      Items keys = new Items(bounds);
      tuple.forEach(item -> keys.add(of(bounds, item)));
      bounds.leave();
      return new Key(value, keys.list());
    }
    if (value instanceof List || value instanceof PyDict) {
      throw new TemplateException("unhashable type: " + Repr.quoted(Values.typeName(value)));
    }
    if (value instanceof Boolean b) {
      return new Key(value, b ? 1L : 0L);
    }
    if (value instanceof Double d && d == Math.rint(d) && Math.abs(d) < 0x1p63) {
      return new Key(value, (long) (double) d);
    }
    return new Key(value, value instanceof Undefined ? Undefined.class : value);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Key key && compareTo(key) == 0 && same(key);
  }

  /** What has no order is only equal to itself. */
  private boolean same(Key other) {
    return rank(compared) < 5 || compared == other.compared;
  }

  @Override
  public int hashCode() {
    return rank(compared) < 5 ? compared.hashCode() : System.identityHashCode(compared);
  }

  private static int rank(Object value) {
    if (value instanceof String) {
      return 0;
    }
    if (value instanceof Long) {
      return 1;
    }
    if (value instanceof Double) {
      return 2;
    }
    if (value instanceof BigInteger) {
      return 3;
    }
    return value instanceof List ? 4 : 5;
  }

  @Override
  public int compareTo(Key other) {
    int rank = rank(compared);
    int byRank = Integer.compare(rank, rank(other.compared));
    if (byRank != 0) {
      return byRank;
    }
    return switch (rank) {
      case 0 -> ((String) compared).compareTo((String) other.compared);
      case 1 -> ((Long) compared).compareTo((Long) other.compared);
      case 2 -> ((Double) compared).compareTo((Double) other.compared);
      case 3 -> ((BigInteger) compared).compareTo((BigInteger) other.compared);
      case 4 -> lists((List<?>) compared, (List<?>) other.compared);
      default ->
          Integer.compare(
              System.identityHashCode(compared), System.identityHashCode(other.compared));
    };
  }

  private static int lists(List<?> a, List<?> b) {
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      int order = ((Key) a.get(i)).compareTo((Key) b.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(a.size(), b.size());
  }
}
