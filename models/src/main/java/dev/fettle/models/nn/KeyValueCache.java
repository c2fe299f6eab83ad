package dev.fettle.models.nn;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.Shape;
import dev.fettle.ir.TensorType;
import dev.fettle.models.ModelShape;
import dev.fettle.program.Slot;
import java.util.ArrayList;
import java.util.List;

/**
 * The slots that hold the keys and values of sequences being generated, of all layers. Its sizes
 * are its name, so programs written for one size find the slots of that size.
 *
 * @param shape of the model
 * @param rows sequences side by side
 * @param positions tokens of each
 */
public record KeyValueCache(ModelShape shape, int rows, int positions) {

  /** The keys of a layer, {@code F32[batch, kvHeads, key, headDim]}. */
  public Slot keys(int layer) {
    return slot(layer, "key");
  }

  /** The values of a layer, of the same type. */
  public Slot values(int layer) {
    return slot(layer, "value");
  }

  /** All slots. */
  public List<Slot> slots() {
    List<Slot> all = new ArrayList<>();
    for (int layer = 0; layer < shape.layers(); layer++) {
      all.add(keys(layer));
      all.add(values(layer));
    }
    return all;
  }

  /** What tells it from those of other sizes, as in {@code 8x192}. */
  public String name() {
    return rows + "x" + positions;
  }

  /** The shape of so many positions of a slot. */
  Shape shapeOf(long tokens) {
    return Shape.of(
        new Dim("batch", rows),
        new Dim("kvHeads", shape.kvHeads()),
        new Dim("key", tokens),
        new Dim("headDim", shape.headDim()));
  }

  private Slot slot(int layer, String what) {
    TensorType type = new TensorType(DType.F32, shapeOf(positions));
    return new Slot(Slots.cache(name(), layer, what), type);
  }
}
