package dev.fettle.ir;

/**
 * One named, concrete axis of a shape, as in {@code seq=128}.
 *
 * <p>The name takes part in type checking: adding {@code [batch, seq]} to {@code [seq, batch]} is
 * an error even where the sizes agree. {@code Reshape} renames.
 *
 * @param name the field's word for the axis: batch, seq, embed, heads, headDim, mlp, vocab, ...
 * @param size the number of elements along it; zero is not allowed
 */
public record Dim(String name, long size) {

  /** Checks the name and the size. */
  public Dim {
    if (name.isBlank()) {
      throw new IrException("a dim needs a name");
    }
    if (size < 1) {
      throw new IrException("dim " + name + " has size " + size + "; sizes start at 1");
    }
  }

  /** A dim, for static import. */
  public static Dim dim(String name, long size) {
    return new Dim(name, size);
  }

  /** The same name with another size. */
  public Dim withSize(long newSize) {
    return new Dim(name, newSize);
  }

  @Override
  public String toString() {
    return name + "=" + size;
  }
}
