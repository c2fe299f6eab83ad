package dev.fettle.ir.composite;

import static dev.fettle.ir.Dim.dim;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.autodiff.Gradients;
import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.IrException;
import dev.fettle.ir.Node;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.CompositeOp;
import dev.fettle.ir.op.Layout.Barrier;
import dev.fettle.ir.op.Layout.Broadcast;
import dev.fettle.ir.op.Layout.Reshape;
import dev.fettle.ir.op.Linalg.Matmul;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.ir.op.Op;
import dev.fettle.program.Passes;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.Capabilities;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a block sees, and that memory grows with the length of a row, not with its square. */
class CausalAttentionTest {
  private static final int HEADS = 4;
  private static final int BLOCK = 128;
  private static final Dim BATCH = dim("batch", 1);

  /** A backend of primitives alone. */
  private static final class Primitives implements Capabilities {
    @Override
    public boolean composite(CompositeOp op, List<TensorType> inputs) {
      return false;
    }

    @Override
    public boolean computes(Op op, DType dtype) {
      return true;
    }

    @Override
    public boolean bf16Matmul() {
      return false;
    }
  }

  private static TensorType heads(String name, int count, int seq) {
    return TensorType.of(DType.F32, BATCH, dim(name, count), dim("seq", seq), dim("headDim", 8));
  }

  /** Two layers, each the attention of the one before over itself, and all gradients. */
  private static Program program(int seq, int block, OptionalInt window) {
    ProgramBuilder b = new ProgramBuilder("attention");
    CausalAttention op = new CausalAttention(0.5, Precision.FULL, block, new Segments(window));
    Value segments = b.input("segments", TensorType.of(DType.I32, BATCH, dim("seq", seq)));
    List<Value> read = new ArrayList<>();
    Value x = b.state(new Slot("q", heads("heads", HEADS, seq)), true);
    read.add(x);
    for (int layer = 0; layer < 2; layer++) {
      Value k = b.state(new Slot("k" + layer, heads("kvHeads", 2, seq)), true);
      Value v = b.state(new Slot("v" + layer, heads("kvHeads", 2, seq)), true);
      read.addAll(List.of(k, v));
      x = CausalAttention.of(b.g(), op, x, k, v, List.of(segments));
    }
    Value loss = b.g().sumAll(x);
    b.output("loss", loss);
    List<Value> gradients = Gradients.of(b.g(), loss, read);
    for (int i = 0; i < gradients.size(); i++) {
      b.write("grad" + i, gradients.get(i));
    }
    return b.build();
  }

  private static Program expanded(int seq, OptionalInt window) {
    return Passes.prepare(program(seq, BLOCK, window), new Primitives(), true).program();
  }

  /**
   * Elements alive while each node runs, one after the other as written. What only renames, repeats
   * or passes on a value is that value.
   */
  private static long[] alive(Program program) {
    List<Node> nodes = program.graph().nodes();
    Map<Value, Value> source = new HashMap<>();
    Map<Value, Integer> last = new HashMap<>();
    for (int i = 0; i < nodes.size(); i++) {
      Node node = nodes.get(i);
      for (int k = 0; k < node.outputs().size(); k++) {
        Value v = node.outputs().get(k);
        source.put(v, isView(node.op()) ? source.get(node.inputs().get(k)) : v);
      }
      for (Value v : node.inputs()) {
        last.put(source.get(v), i);
      }
    }
    program.stateOut().values().forEach(v -> last.put(source.get(v), nodes.size()));
    long[] alive = new long[nodes.size()];
    long now = 0;
    for (int i = 0; i < nodes.size(); i++) {
      Set<Value> touched = new HashSet<>(nodes.get(i).outputs());
      touched.removeIf(v -> source.get(v) != v);
      now += touched.stream().mapToLong(v -> v.shape().elements()).sum();
      alive[i] = now;
      nodes.get(i).inputs().forEach(v -> touched.add(source.get(v)));
      for (Value v : touched) {
        now -= last.getOrDefault(v, i) <= i ? v.shape().elements() : 0;
      }
    }
    return alive;
  }

  private static boolean isView(Op op) {
    return op instanceof Reshape || op instanceof Broadcast || op instanceof Barrier;
  }

  private static long peak(Program program) {
    long peak = 0;
    for (long elements : alive(program)) {
      peak = Math.max(peak, elements);
    }
    return peak;
  }

  @ParameterizedTest
  @ValueSource(ints = {1024, 2048, 4096})
  void noValueIsLargerThanTheScoresOfOneBlock(int seq) {
    for (Node node : expanded(seq, OptionalInt.empty()).graph().nodes()) {
      for (Value v : node.outputs()) {
        assertThat(v.shape().elements())
            .as(node.op() + " " + v)
            .isLessThanOrEqualTo((long) HEADS * BLOCK * seq);
      }
    }
  }

  @Test
  void memoryDoublesWithTheLengthOfARow() {
    long peak = peak(expanded(2048, OptionalInt.empty()));
    assertThat(peak(expanded(4096, OptionalInt.empty()))).isLessThan(peak * 21 / 10);
    assertThat(peak(expanded(8192, OptionalInt.empty()))).isLessThan(peak * 42 / 10);
    // The test can tell: over whole rows it is four times as much.
    long whole = peak(program(1024, 1024, OptionalInt.empty()));
    assertThat(peak(program(2048, 2048, OptionalInt.empty()))).isGreaterThan(whole * 35 / 10);
  }

  /** Between the passes: operands, results, and one number a query. No scores, no probabilities. */
  @Test
  void nothingOfABlockIsKeptForTheReverseSweep() {
    int seq = 2048;
    Program program = expanded(seq, OptionalInt.empty());
    List<Node> nodes = program.graph().nodes();
    int loss = 0;
    while (!nodes.get(loss).outputs().contains(program.outputs().get("loss"))) {
      loss++;
    }
    long operand = heads("heads", HEADS, seq).shape().elements();
    // q, both results and their blocks, twice two of half as many key heads, and the totals.
    assertThat(alive(program)[loss]).isLessThan(8 * operand);
    assertThat(8 * operand).isLessThan((long) HEADS * BLOCK * seq);
  }

  @Test
  void aBlockMeetsNoKeysBehindItAndNoneOutOfReach() {
    assertThat(scored(1024, OptionalInt.empty()))
        .containsExactly(1024L, 896L, 768L, 640L, 512L, 384L, 256L, 128L);
    assertThat(scored(1024, OptionalInt.of(129)))
        .containsExactly(256L, 256L, 256L, 256L, 256L, 256L, 256L, 128L);
    assertThat(scored(512, OptionalInt.of(1))).containsExactly(128L, 128L, 128L, 128L);
    assertThat(scored(300, OptionalInt.of(130))).containsExactly(300L, 256L, 128L);
  }

  /** The number of keys of each block of the first layer, in the order computed. */
  private static List<Long> scored(int seq, OptionalInt window) {
    return expanded(seq, window).graph().nodes().stream()
        .filter(n -> n.op() instanceof Matmul m && m.transposeB())
        .map(n -> n.output().shape().size(-1))
        .limit((seq + BLOCK - 1) / BLOCK)
        .toList();
  }

  @Test
  void aRowOfOneBlockIsAttentionOverTheWholeRow() {
    List<String> ops =
        program(BLOCK, BLOCK, OptionalInt.empty()).graph().nodes().stream()
            .map(n -> n.op().name())
            .toList();
    assertThat(ops).contains("Softmax", "select").doesNotContain("CausalAttention", "barrier");
    assertThat(CausalAttention.usualBlock(256)).isEqualTo(256);
    assertThat(CausalAttention.usualBlock(257)).isLessThan(257);
  }

  @Test
  void equalRulesAreTheSameOperation() {
    ProgramBuilder b = new ProgramBuilder("twice");
    Value q = b.input("q", heads("heads", HEADS, 300));
    Value segments = b.input("segments", TensorType.of(DType.I32, BATCH, dim("seq", 300)));
    List<Value> results = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Segments rule = new Segments(OptionalInt.of(7));
      CausalAttention op = new CausalAttention(0.5, Precision.FULL, BLOCK, rule);
      results.add(CausalAttention.of(b.g(), op, q, q, q, List.of(segments)));
    }
    assertThat(results.get(0)).isSameAs(results.get(1));
  }

  @Test
  void refusesWhatDoesNotFit() {
    CausalAttention op =
        new CausalAttention(1, Precision.FULL, BLOCK, new Segments(OptionalInt.empty()));
    TensorType q = heads("heads", 3, 300);
    TensorType k = heads("kvHeads", 2, 300);
    TensorType of = TensorType.of(DType.I32, BATCH, dim("seq", 300));
    assertThatThrownBy(() -> op.infer(List.of(q, k, k, of)))
        .isInstanceOf(IrException.class)
        .hasMessageContaining("kvHeads must divide heads");
    assertThatThrownBy(() -> op.infer(List.of(q, heads("kvHeads", 3, 200), k, of)))
        .isInstanceOf(IrException.class)
        .hasMessageContaining("q and k do not fit");
    assertThatThrownBy(() -> op.infer(List.of(q, q, q, q)))
        .isInstanceOf(IrException.class)
        .hasMessageContaining("operand 3 must be I32");
    assertThatThrownBy(
            () -> new CausalAttention(1, Precision.FULL, 0, new Segments(OptionalInt.empty())))
        .isInstanceOf(IrException.class);
  }
}
