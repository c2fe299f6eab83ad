package dev.fettle.autodiff;

import static dev.fettle.ir.Dim.dim;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.ir.DType;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.IrException;
import dev.fettle.ir.Node;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.LayerNorm;
import dev.fettle.ir.composite.Relu;
import dev.fettle.ir.op.Layout;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the sweep writes; that it is right, the conformance kit checks by finite differences. */
class GradientsTest {
  private static final TensorType VECTOR = TensorType.of(DType.F32, dim("embed", 4));
  private final GraphBuilder g = new GraphBuilder();
  private final Value w = g.parameter("w", VECTOR, true);

  @Test
  void wantsAFloatScalar() {
    assertThatThrownBy(() -> Gradients.of(g, w, List.of(w)))
        .isInstanceOf(IrException.class)
        .hasMessageContaining("F32[embed=4]");
    Value count = g.constant(DType.I32, 3);
    assertThatThrownBy(() -> Gradients.of(g, count, List.of(w))).isInstanceOf(IrException.class);
  }

  @Test
  void givesZerosWhereNothingDepends() {
    Value unused = g.parameter("unused", VECTOR, true);
    List<Value> grads = Gradients.of(g, g.sumAll(w), List.of(w, unused));
    assertThat(grads.get(0)).isSameAs(g.fill(1, VECTOR));
    assertThat(grads.get(1)).isSameAs(g.fill(0, VECTOR));
  }

  @Test
  void usesWhatTheForwardPartComputed() {
    Value y = g.exp(w);
    Gradients.of(g, g.sumAll(y), List.of(w));
    assertThat(count("exp")).isOne();
  }

  @Test
  void stopsAtStoppedValues() {
    Value y = g.mul(w, g.stopGradient(w));
    Value d = Gradients.of(g, g.sumAll(y), List.of(w)).get(0);
    assertThat(g.nodes().stream().filter(n -> n.op().name().equals("add"))).isEmpty();
    assertThat(d.requiresGrad()).isFalse();
  }

  @Test
  void stopsAtValuesWrittenWithoutGradients() {
    Value flowing = g.exp(w);
    Value stopped = g.withoutGradients(() -> g.exp(w));
    Gradients.of(g, g.sumAll(g.mul(flowing, stopped)), List.of(w));
    // Only one of the two factors has a gradient, so there is nothing to add up.
    assertThat(count("add")).isZero();
  }

  @Test
  void computesRegionsAgainBehindABarrier() {
    Value x = g.exp(w);
    Value y = g.recomputed("layer", () -> g.tanh(g.scale(x, 2)));
    Gradients.of(g, g.sumAll(g.mul(y, y)), List.of(w));
    assertThat(count("tanh")).isEqualTo(2);
    assertThat(count("exp")).isOne();
    Node barrier =
        g.nodes().stream().filter(n -> n.op() instanceof Layout.Barrier).findFirst().orElseThrow();
    assertThat(barrier.inputs()).contains(x).hasSize(2);
  }

  @Test
  void refusesGradientsThroughByProducts() {
    Value gamma = g.parameter("gamma", VECTOR, true);
    List<Value> results = g.emit(new LayerNorm(1e-5), List.of(w, gamma, gamma));
    Value loss = g.add(g.sumAll(results.get(0)), results.get(1));
    assertThatThrownBy(() -> Gradients.of(g, loss, List.of(w)))
        .isInstanceOf(IrException.class)
        .hasMessageContaining("LayerNorm has no gradient through its result 1");
  }

  @Test
  void reluGivesNothingAtItsCorner() {
    Value y = Relu.of(g, w);
    Value d = Gradients.of(g, g.sumAll(y), List.of(w)).get(0);
    Node choice = producer(d);
    Node above = producer(choice.inputs().get(0));
    assertThat(choice.op().name()).isEqualTo("select");
    assertThat(choice.inputs().get(2)).isSameAs(g.fill(0, VECTOR));
    assertThat(above.op().name()).isEqualTo("less");
    assertThat(above.inputs()).containsExactly(g.fill(0, VECTOR), y);
  }

  @Test
  void aPowerOfZeroHasNoSlope() {
    Value zero = g.fill(0, VECTOR);
    Value d = Gradients.of(g, g.sumAll(g.pow(w, zero)), List.of(w)).get(0);
    Node choice = producer(d);
    assertThat(choice.op().name()).isEqualTo("select");
    assertThat(choice.inputs().get(0)).isSameAs(g.equal(zero, zero));
    assertThat(choice.inputs().get(1)).isSameAs(zero);
  }

  private Node producer(Value v) {
    return g.nodes().stream().filter(n -> n.outputs().contains(v)).findFirst().orElseThrow();
  }

  private long count(String op) {
    return g.nodes().stream().filter(n -> n.op().name().equals(op)).count();
  }
}
