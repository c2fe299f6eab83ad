package dev.fettle.ir;

/** One result of a node. Compared by identity: two values are the same only if they are one. */
public final class Value {
  private final int id;
  private final TensorType type;
  private final boolean requiresGrad;

  Value(int id, TensorType type, boolean requiresGrad) {
    this.id = id;
    this.type = type;
    this.requiresGrad = requiresGrad;
  }

  /** Unique in its graph and increasing in the order of creation. */
  public int id() {
    return id;
  }

  /** Element type and shape. */
  public TensorType type() {
    return type;
  }

  /** The axes. */
  public Shape shape() {
    return type.shape();
  }

  /** The element type. */
  public DType dtype() {
    return type.dtype();
  }

  /** True where a trainable parameter takes part in this value through float operations. */
  public boolean requiresGrad() {
    return requiresGrad;
  }

  @Override
  public String toString() {
    return "%" + id + ": " + type;
  }
}
