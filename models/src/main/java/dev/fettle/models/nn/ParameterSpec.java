package dev.fettle.models.nn;

import dev.fettle.ir.TensorType;
import dev.fettle.program.Slot;

/**
 * A parameter as a model asks for it.
 *
 * @param name its Hugging Face name, as in {@code model.layers.3.mlp.up_proj.weight}; unique in a
 *     policy
 * @param type its type in state: F32, the master copy, but for {@link Source#QUANTISED}
 * @param fill how it is filled where no file holds it
 * @param source where it comes from and goes to
 */
public record ParameterSpec(String name, TensorType type, Initializer fill, Source source) {

  /** The slot that holds it. */
  public Slot slot() {
    return new Slot(Slots.parameter(name), type);
  }
}
