package dev.fettle.program;

import static dev.fettle.ir.Dim.dim;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.ir.DType;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.IrException;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.LinearCrossEntropy;
import dev.fettle.ir.composite.Softmax;
import dev.fettle.ir.op.CompositeOp;
import dev.fettle.ir.op.Layout;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.ir.op.Op;
import dev.fettle.spi.Capabilities;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class PassesTest {
  private static final TensorType TYPE = TensorType.of(DType.F32, dim("n", 2), dim("n", 2));
  private static final Slot A = new Slot("a", TYPE);
  private static final Slot B = new Slot("b", TYPE);

  /** What a made-up backend can do. */
  private record Can(boolean composites, Set<String> narrow) implements Capabilities {
    @Override
    public boolean composite(CompositeOp op, List<TensorType> inputs) {
      return composites;
    }

    @Override
    public boolean computes(Op op, DType dtype) {
      return narrow.contains(op.name());
    }

    @Override
    public boolean bf16Matmul() {
      return false;
    }
  }

  private static Passes.Prepared prepare(Program p, Can can, boolean expandAll) {
    return Passes.prepare(p, can, expandAll);
  }

  private static List<String> ops(Program p) {
    return p.graph().nodes().stream().map(n -> n.op().name()).toList();
  }

  private static Program softmax(DType dtype) {
    ProgramBuilder b = new ProgramBuilder("softmax");
    b.output("y", Softmax.of(b.g(), b.input("x", TensorType.of(dtype, dim("vocab", 5)))));
    return b.build();
  }

  @Test
  void expandsWhatABackendDoesNotKnow() {
    Program p = softmax(DType.F32);
    assertThat(ops(prepare(p, new Can(true, Set.of()), false).program())).contains("Softmax");
    assertThat(ops(prepare(p, new Can(false, Set.of()), false).program()))
        .doesNotContain("Softmax")
        .contains("reduceMax", "exp", "div");
    assertThat(ops(prepare(p, new Can(true, Set.of()), true).program())).doesNotContain("Softmax");
  }

  @Test
  void expandsCompositesWithinComposites() {
    ProgramBuilder b = new ProgramBuilder("head");
    Value hidden = b.input("h", TensorType.of(DType.F32, dim("tokens", 4), dim("embed", 3)));
    Value weight = b.input("w", TensorType.of(DType.F32, dim("vocab", 5), dim("embed", 3)));
    Value targets = b.input("t", TensorType.of(DType.I32, dim("tokens", 4)));
    Value weights = b.input("s", TensorType.of(DType.F32, dim("tokens", 4)));
    LinearCrossEntropy op = new LinearCrossEntropy(2, Precision.FULL);
    List<Value> results = LinearCrossEntropy.of(b.g(), op, hidden, weight, targets, weights);
    b.output("loss", LinearCrossEntropy.Result.LOSS.of(results));
    Program p = prepare(b.build(), new Can(false, Set.of()), false).program();
    assertThat(p.graph().nodes()).noneMatch(n -> n.op() instanceof CompositeOp);
    // Though only the loss is wanted, the second chunk waits for the first.
    assertThat(p.graph().nodes())
        .anyMatch(n -> n.op() instanceof Layout.Barrier && n.inputs().size() == 2);
    // Gradients nobody reads are gone.
    assertThat(ops(p).stream().filter("matmul"::equals)).hasSize(2);
  }

  @Test
  void surroundsWhatABackendCannotDoIn16Bits() {
    Passes.Prepared prepared =
        prepare(
            softmax(DType.BF16), new Can(false, Set.of("reduceMax", "broadcast", "sub")), false);
    assertThat(prepared.notes()).anyMatch(n -> n.contains("exp on BF16"));
    assertThat(prepared.notes()).noneMatch(n -> n.contains("reduceMax"));
    prepared
        .program()
        .graph()
        .nodes()
        .forEach(
            n -> {
              if (n.op().name().equals("exp")) {
                assertThat(n.output().dtype()).isEqualTo(DType.F32);
              }
            });
    assertThat(prepared.program().outputs().values()).allMatch(v -> v.dtype() == DType.BF16);
  }

  @Test
  void dropsInputsNobodyReads() {
    ProgramBuilder b = new ProgramBuilder("p");
    b.input("unused", TYPE);
    b.output("y", b.g().exp(b.input("x", TYPE)));
    assertThat(b.build().inputs()).containsOnlyKeys("x");
  }

  @Test
  void refusesSlotsThatChangeType() {
    ProgramBuilder b = new ProgramBuilder("p");
    Value a = b.state(A, false);
    assertThatThrownBy(() -> b.write("a", b.g().cast(a, DType.BF16)))
        .isInstanceOf(IrException.class)
        .hasMessageContaining("slot a");
    b.write("a", a);
    assertThatThrownBy(() -> b.write("a", a)).hasMessageContaining("written twice");
  }

  private static Set<String> aliased(Consumer<ProgramBuilder> body) {
    ProgramBuilder b = new ProgramBuilder("p");
    body.accept(b);
    return prepare(b.build(), new Can(false, Set.of()), false).program().aliased();
  }

  @Test
  void updatesInPlaceWhereThatIsSafe() {
    assertThat(
            aliased(
                b -> {
                  GraphBuilder g = b.g();
                  b.write("a", g.add(b.state(A, false), b.input("x", TYPE)));
                }))
        .containsExactly("a");
    // The reader is an ancestor of the writer.
    assertThat(
            aliased(
                b -> {
                  Value a = b.state(A, false);
                  b.write("a", b.g().exp(b.g().matmul(a, a)));
                }))
        .containsExactly("a");
  }

  @Test
  void doesNotUpdateInPlaceWhatIsStillRead() {
    assertThat(aliased(b -> writeThen(b, b.g().exp(b.state(A, false))))).isEmpty();
    assertThat(aliased(b -> writeThen(b, b.state(A, false)))).isEmpty();
    assertThat(aliased(b -> writeThen(b, b.g().reshape(b.state(A, false), dim("all", 4)))))
        .isEmpty();
    assertThat(
            aliased(
                b -> {
                  Value a = b.state(A, false);
                  Value twice = b.g().barrier(List.of(a, a)).get(1);
                  writeThen(b, b.g().exp(twice));
                }))
        .isEmpty();
  }

  private static void writeThen(ProgramBuilder b, Value output) {
    b.write("a", b.g().add(b.state(A, false), b.input("x", TYPE)));
    b.output("y", output);
  }

  @Test
  void doesNotUpdateInPlaceByAMatrixProductOrAView() {
    assertThat(
            aliased(
                b -> {
                  Value a = b.state(A, false);
                  b.write("a", b.g().matmul(a, a));
                }))
        .isEmpty();
    assertThat(
            aliased(
                b -> {
                  b.write("a", b.state(B, false));
                  b.write("b", b.state(A, false));
                }))
        .isEmpty();
  }

  @Test
  void doesNotUpdateInPlaceWhatIsGivenBack() {
    assertThat(
            aliased(
                b -> {
                  Value next = b.g().add(b.state(A, false), b.input("x", TYPE));
                  b.write("a", next);
                  b.output("y", b.g().reshape(next, dim("all", 4)));
                }))
        .isEmpty();
  }
}
