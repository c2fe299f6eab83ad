package dev.fettle.models.nn;

import dev.fettle.ir.Dim;
import dev.fettle.ir.Value;

/**
 * Computes the linear layers of a model: the seam where adapters and quantised weights enter
 * without the model knowing.
 */
public interface Linears {

  /**
   * What a model says of a linear layer.
   *
   * @param path its Hugging Face path, as in {@code model.layers.3.mlp.up_proj}; the parameters are
   *     {@code path.weight} and {@code path.bias}
   * @param out the axis of the result
   * @param bias true where it has one
   * @param transposed true for a weight {@code [out, in]} (torch's Linear), false for {@code [in,
   *     out]} (GPT-2's Conv1D)
   * @param fill how a fresh weight is filled
   */
  record Spec(String path, Dim out, boolean bias, boolean transposed, Initializer fill) {

    /** A layer that is initialised as all others. */
    public Spec(String path, Dim out, boolean bias, boolean transposed) {
      this(path, out, bias, transposed, Initializer.NORMAL);
    }

    /** The same with a weight that is filled in another way. */
    public Spec filled(Initializer other) {
      return new Spec(path, out, bias, transposed, other);
    }
  }

  /**
   * Appends the layer.
   *
   * @param x {@code [tokens, in]}
   * @return {@code [tokens, out]}
   */
  Value apply(ModelScope scope, Spec spec, Value x);

  /**
   * The parameter that stands in for one of the base model: an adapter may train a copy of its own.
   * By default none does.
   */
  default ParameterSpec standIn(ParameterSpec asked) {
    return asked;
  }

  /** The layers as they are without an adapter. */
  default Linears withoutAdapter() {
    return this;
  }
}
