package dev.fettle.models.nn;

import dev.fettle.ir.TensorType;
import dev.fettle.program.Slot;

/**
 * A parameter as a model asks for it.
 *
 * @param name its Hugging Face name, as in {@code model.layers.3.mlp.up_proj.weight}
 * @param type its type in state; always F32, the master copy
 * @param initializer how a fresh one is filled
 */
public record ParameterSpec(String name, TensorType type, Initializer initializer) {

  /** The slot that holds it. */
  public Slot slot() {
    return new Slot(Slots.parameter(name), type);
  }
}
