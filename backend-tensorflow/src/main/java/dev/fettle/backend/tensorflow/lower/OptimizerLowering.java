package dev.fettle.backend.tensorflow.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.AdamW;
import dev.fettle.spi.support.Lowerings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Optimizer steps in place: one pass over parameter, gradient and moments, compiled by XLA. {@code
 * ResourceApplyAdam} is not used: it computes {@code 1 - beta2} in F32, which is off by 5e-5 for
 * 0.999, and knows neither decay nor a gradient scale.
 */
final class OptimizerLowering {
  private OptimizerLowering() {}

  static void register(Lowerings<TfEmission> table) {
    table.put(AdamW.class, OptimizerLowering::adamW);
  }

  private static void adamW(TfEmission e, AdamW op, Node node) {
    // Operand to result: parameter, first and second moment.
    Map<Integer, Integer> variables = new TreeMap<>(Map.of(0, 0, 2, 1, 3, 2));
    Map<Integer, String> slots = new TreeMap<>();
    variables.forEach(
        (operand, result) -> {
          Value old = node.inputs().get(operand);
          Value written = node.outputs().get(result);
          e.state().flatMap(s -> s.inPlace(old, written)).ifPresent(s -> slots.put(operand, s));
        });
    if (slots.size() < variables.size()) {
      e.expand(op, node);
      return;
    }
    StateAccess state = e.state().orElseThrow();
    GraphWriter.NodeCall call = e.writer().node("StatefulPartitionedCall").distinct();
    List<Optional<DType>> types = new ArrayList<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      Value v = node.inputs().get(i);
      String slot = slots.get(i);
      if (slot != null) {
        call.inResource(state.handle(slot));
        types.add(Optional.empty());
      } else {
        call.in(e.exact(v));
        types.add(Optional.of(v.dtype()));
      }
    }
    String done =
        call.mixedTypes("Tin", types)
            .types("Tout", List.of())
            .calls(new XlaFunction(op, node.inputTypes(), variables))
            .none();
    List<Edge> after = new ArrayList<>();
    variables.forEach(
        (operand, result) ->
            after.add(
                state.updatedBy(
                    Objects.requireNonNull(slots.get(operand)), node.outputs().get(result), done)));
    e.give(node, after);
  }
}
