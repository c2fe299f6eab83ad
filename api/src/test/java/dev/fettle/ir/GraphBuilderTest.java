package dev.fettle.ir;

import static dev.fettle.ir.Dim.dim;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.ir.composite.Attention;
import dev.fettle.ir.composite.Softmax;
import dev.fettle.ir.op.Index;
import dev.fettle.ir.op.Linalg.Precision;
import java.util.List;
import org.junit.jupiter.api.Test;

class GraphBuilderTest {
  private static final TensorType ROWS = TensorType.of(DType.F32, dim("batch", 2), dim("seq", 3));
  private final GraphBuilder g = new GraphBuilder();
  private final Value x = g.parameter("x", ROWS, false);
  private final Value w = g.parameter("w", ROWS, true);

  @Test
  void writesEqualOperationsOnce() {
    assertThat(g.add(x, w)).isSameAs(g.add(x, w));
    assertThat(g.scale(x, 2)).isSameAs(g.scale(x, 2));
    assertThat(g.add(x, w)).isNotSameAs(g.add(w, x));
  }

  @Test
  void neverMergesBarriers() {
    assertThat(g.barrier(List.of(x)).get(0)).isNotSameAs(g.barrier(List.of(x)).get(0));
  }

  @Test
  void keepsRegionsApart() {
    Value outside = g.exp(w);
    Value inside = g.recomputed("layer", () -> g.exp(w));
    assertThat(inside).isNotSameAs(outside);
    assertThatThrownBy(() -> g.recomputed("a", () -> g.recomputed("b", () -> x)))
        .hasMessageContaining("region b opened inside region a");
  }

  @Test
  void writesNothingThatChangesNothing() {
    assertThat(g.scale(x, 1)).isSameAs(x);
    assertThat(g.offset(x, 0)).isSameAs(x);
    assertThat(g.reshape(x, x.shape())).isSameAs(x);
    assertThat(g.transpose(x, List.of(0, 1))).isSameAs(x);
    assertThat(g.cast(x, DType.F32)).isSameAs(x);
    assertThat(g.slice(x, List.of(0L, 0L), List.of(2L, 3L))).isSameAs(x);
    assertThat(g.pad(x, List.of(0L, 0L), List.of(0L, 0L), 7)).isSameAs(x);
    assertThat(g.concat(List.of(x), 0)).isSameAs(x);
    assertThat(g.nodes())
        .noneMatch(n -> n.op().name().equals("add") || n.op().name().equals("mul"));
  }

  @Test
  void checksTypesEvenOfNeutralOperands() {
    Value other = g.fill(0, TensorType.of(DType.F32, dim("seq", 3), dim("batch", 2)));
    assertThatThrownBy(() -> g.add(x, other)).isInstanceOf(IrException.class);
    assertThatThrownBy(() -> g.sub(x, other)).isInstanceOf(IrException.class);
  }

  @Test
  void namesShapesAndPlaceInErrors() {
    Value y = g.parameter("y", TensorType.of(DType.F32, dim("seq", 3), dim("batch", 2)), false);
    assertThatThrownBy(() -> g.scope("layers.3", () -> g.add(x, y)))
        .isInstanceOf(IrException.class)
        .hasMessageContaining("add")
        .hasMessageContaining("F32[batch=2, seq=3]")
        .hasMessageContaining("layers.3 (");
  }

  @Test
  void refusesTheSameParameterTwice() {
    assertThatThrownBy(() -> g.parameter("x", ROWS, false)).hasMessageContaining("x exists");
  }

  @Test
  void addsScatteredRowsToWhatIsThere() {
    Value index = g.parameter("i", TensorType.of(DType.I32, dim("n", 1)), false);
    Value row = g.parameter("r", TensorType.of(DType.F32, dim("n", 1), dim("seq", 3)), false);
    Value sum = g.add(x, g.scatterAdd(g.fill(0, ROWS), index, row));
    Node node = g.producer(sum).orElseThrow();
    assertThat(node.op()).isInstanceOf(Index.ScatterAdd.class);
    assertThat(node.inputs().get(0)).isSameAs(x);
  }

  @Test
  void knowsWhereGradientsFlow() {
    assertThat(g.add(x, x).requiresGrad()).isFalse();
    assertThat(g.add(x, w).requiresGrad()).isTrue();
    assertThat(g.less(x, w).requiresGrad()).isFalse();
    assertThat(g.stopGradient(g.exp(w)).requiresGrad()).isFalse();
    List<Value> passed = g.barrier(List.of(x, w));
    assertThat(passed.get(0).requiresGrad()).isFalse();
    assertThat(passed.get(1).requiresGrad()).isTrue();
  }

  /** What flows elsewhere must not be handed out where no gradient is wanted. */
  @Test
  void withoutGradientsMeansWithout() {
    Value flowing = g.exp(w);
    Value stopped = g.withoutGradients(() -> g.exp(w));
    assertThat(stopped).isNotSameAs(flowing);
    assertThat(stopped.requiresGrad()).isFalse();
    assertThat(g.exp(w)).isSameAs(flowing);
  }

  @Test
  void takesCompositesWithoutARuleApartWhereGradientsFlow() {
    Value q = g.parameter("q", heads(), true);
    Value k = g.parameter("k", heads(), false);
    TensorType mask = TensorType.of(DType.F32, dim("batch", 1), dim("seq", 2), dim("seq", 2));
    Value bias = g.parameter("bias", mask, false);
    Attention op = new Attention(1, Precision.FULL);
    Attention.of(g, op, q, k, k, bias);
    assertThat(g.nodes()).noneMatch(n -> n.op() instanceof Attention);
    assertThat(g.nodes()).anyMatch(n -> n.op() instanceof Softmax);
    Attention.of(g, op, k, k, k, bias);
    assertThat(g.nodes()).anyMatch(n -> n.op() instanceof Attention);
  }

  private static TensorType heads() {
    return TensorType.of(
        DType.F32, dim("batch", 1), dim("heads", 2), dim("seq", 2), dim("headDim", 4));
  }

  @Test
  void printsOneNodeALine() {
    g.scope("mlp", () -> g.matmul(x, w, false, true, Precision.FULL));
    assertThat(g.toString())
        .isEqualTo(
            """
            %0 = parameter[parameter=x, type=F32[batch=2, seq=3]]() : F32[batch=2, seq=3]
            %1 = parameter[parameter=w, type=F32[batch=2, seq=3]]() : F32[batch=2, seq=3]
            %2 = matmul[transposeA=false, transposeB=true, precision=FULL](%0, %1) : \
            F32[batch=2, batch=2]  # mlp
            """);
  }

  @Test
  void prunesBarriersToWhatIsRead() {
    List<Value> passed = g.barrier(List.of(x, w, g.exp(x)));
    Graph graph = g.build(List.of(passed.get(1)));
    assertThat(graph.nodes()).hasSize(2);
    Node barrier = graph.nodes().get(1);
    assertThat(barrier.inputs()).containsExactly(w);
    assertThat(barrier.outputs()).containsExactly(passed.get(1));
  }
}
