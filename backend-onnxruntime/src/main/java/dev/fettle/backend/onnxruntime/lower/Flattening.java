package dev.fettle.backend.onnxruntime.lower;

import dev.fettle.backend.onnxruntime.device.Memory;
import dev.fettle.backend.onnxruntime.lower.FlatProgram.Column;
import dev.fettle.backend.onnxruntime.lower.FlatProgram.Piece;
import dev.fettle.backend.onnxruntime.lower.FlatProgram.Row;
import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.FusedUpdate;
import dev.fettle.ir.composite.SumOfSquares;
import dev.fettle.ir.op.Create;
import dev.fettle.ir.op.Elementwise;
import dev.fettle.ir.op.Elementwise.BinaryKind;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Finds what a program does to many slots alike and lets it do so to rows of them: optimizer
 * updates of one rule and the same scalars, the sum of the squares of many slots, slots filled with
 * zeros. On a GPU each of hundreds of slots would else take a dozen launches.
 *
 * <p>Updates depend on element i alone ({@link FusedUpdate}), so they do not notice. A sum of
 * squares is taken in another order.
 */
final class Flattening {
  private final Program program;
  private final Uses uses;
  private final Map<Value, String> slots = new HashMap<>();
  private final Map<Object, List<Node>> updates = new LinkedHashMap<>();
  private final Map<Node, List<String>> squares = new LinkedHashMap<>();
  private final List<String> zeros = new ArrayList<>();
  private final Set<Node> dropped = new HashSet<>();
  private final Set<String> taken = new HashSet<>();
  private final Map<Object, List<List<Row>>> columns = new LinkedHashMap<>();
  private final Map<Value, Value> values = new HashMap<>();
  private int rows;

  private Flattening(Program program) {
    this.program = program;
    this.uses = new Uses(program);
    program.stateIn().forEach((name, v) -> slots.put(v, name));
  }

  /** The program over rows; the same where there is nothing to bring together. */
  static FlatProgram of(Program program) {
    Flattening f = new Flattening(program);
    f.findUpdates();
    f.findSquares();
    f.findZeros();
    boolean found = !f.updates.isEmpty() || !f.squares.isEmpty() || !f.zeros.isEmpty();
    return found ? f.rewritten() : FlatProgram.none(program);
  }

  private record Rule(FusedUpdate op, List<Value> scalars) {}

  private void findUpdates() {
    for (Node node : program.graph().nodes()) {
      if (node.op() instanceof FusedUpdate op && isAlone(op, node)) {
        List<Value> scalars = node.inputs().subList(op.tensors(), node.inputs().size());
        updates.computeIfAbsent(new Rule(op, scalars), k -> new ArrayList<>()).add(node);
      }
    }
    updates.values().removeIf(group -> group.size() < 2);
    for (List<Node> group : updates.values()) {
      for (Node node : group) {
        FusedUpdate op = (FusedUpdate) node.op();
        node.inputs().subList(0, op.tensors()).forEach(v -> taken.add(slots.get(v)));
        dropped.add(node);
      }
    }
  }

  /** True where nothing else reads or writes the slots of an update. */
  private boolean isAlone(FusedUpdate op, Node node) {
    Set<String> written = new HashSet<>();
    Set<String> read = new HashSet<>();
    for (int i = 0; i < op.tensors(); i++) {
      Value v = node.inputs().get(i);
      String slot = slots.get(v);
      if (slot == null || !isOnlyRead(v) || !read.add(slot)) {
        return false;
      }
    }
    for (int r = 0; r < node.outputs().size(); r++) {
      Value result = node.outputs().get(r);
      String slot = slots.get(node.inputs().get(op.operandOf(r)));
      boolean only =
          uses.readers(result).isEmpty()
              && !program.outputs().containsValue(result)
              && program.stateOut().values().stream().filter(result::equals).count() == 1;
      if (!only || program.stateOut().get(slot) != result) {
        return false;
      }
      written.add(slot);
    }
    return read.stream().allMatch(s -> written.contains(s) || !program.stateOut().containsKey(s));
  }

  private boolean isOnlyRead(Value v) {
    return v.dtype() == DType.F32 && uses.readOnce(v);
  }

  /** Sums whose every term is the sum of the squares of a slot, to those slots. */
  private void findSquares() {
    Set<Node> inner = new HashSet<>();
    Map<Node, List<String>> found = new LinkedHashMap<>();
    List<Node> nodes = program.graph().nodes();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      if (isSum(node) && !inner.contains(node)) {
        List<String> terms = new ArrayList<>();
        Set<Node> all = new HashSet<>();
        if (terms(node, terms, all) && terms.stream().noneMatch(taken::contains)) {
          found.put(node, terms);
          inner.addAll(all);
          taken.addAll(terms);
        }
      }
    }
    squares.putAll(found);
    dropped.addAll(inner);
    dropped.removeAll(found.keySet());
  }

  private static boolean isSum(Node node) {
    return node.op() instanceof Elementwise.Binary b
        && b.kind() == BinaryKind.ADD
        && node.output().shape().rank() == 0;
  }

  private boolean terms(Node sum, List<String> terms, Set<Node> all) {
    all.add(sum);
    for (Value v : sum.inputs()) {
      Optional<Node> term = uses.producer(v).filter(n -> uses.readOnce(v));
      if (term.isEmpty()) {
        return false;
      }
      if (term.get().op() instanceof SumOfSquares) {
        Value x = term.get().inputs().get(0);
        String slot = slots.get(x);
        if (slot == null || !isOnlyRead(x) || program.stateOut().containsKey(slot)) {
          return false;
        }
        terms.add(slot);
        all.add(term.get());
      } else if (!isSum(term.get()) || !terms(term.get(), terms, all)) {
        return false;
      }
    }
    return true;
  }

  private void findZeros() {
    program
        .stateOut()
        .forEach(
            (slot, v) -> {
              boolean zero =
                  uses.splat(v).filter(x -> Double.doubleToRawLongBits(x) == 0).isPresent();
              if (zero && v.dtype() == DType.F32 && !program.stateIn().containsKey(slot)) {
                zeros.add(slot);
              }
            });
    if (zeros.size() < 2 || zeros.stream().anyMatch(taken::contains)) {
      zeros.clear();
    }
    taken.addAll(zeros);
  }

  private FlatProgram rewritten() {
    ProgramBuilder b = new ProgramBuilder(program.name());
    program
        .stateIn()
        .forEach(
            (name, v) -> {
              if (!taken.contains(name)) {
                values.put(v, b.state(new Slot(name, v.type()), false));
              }
            });
    program.inputs().forEach((name, v) -> values.put(v, b.input(name, v.type())));
    for (Node node : program.graph().nodes()) {
      if (squares.containsKey(node)) {
        values.put(node.output(), sum(b, squares.get(node)));
      } else if (!(node.op() instanceof Create.Parameter) && !dropped.contains(node)) {
        List<Value> in = node.inputs().stream().map(values::get).toList();
        List<Value> out = b.g().emit(node.op(), in);
        for (int i = 0; i < out.size(); i++) {
          values.put(node.outputs().get(i), out.get(i));
        }
      }
    }
    updates.values().forEach(group -> update(b, group));
    if (!zeros.isEmpty()) {
      Row row = row(zeros, false);
      row.pieces().forEach(p -> b.write(p.slot().name(), b.g().fill(0, p.slot().type())));
      column(zeros, List.of(row));
    }
    program
        .stateOut()
        .forEach(
            (slot, v) -> {
              if (!taken.contains(slot)) {
                b.write(slot, rewritten(v));
              }
            });
    program.outputs().forEach((name, v) -> b.output(name, rewritten(v)));
    return new FlatProgram(b.build(), columns());
  }

  private Value rewritten(Value v) {
    return Objects.requireNonNull(values.get(v));
  }

  private List<Column> columns() {
    List<Column> all = new ArrayList<>();
    for (List<List<Row>> groups : columns.values()) {
      for (int t = 0; t < groups.get(0).size(); t++) {
        int tensor = t;
        all.add(new Column(groups.stream().map(g -> g.get(tensor)).toList()));
      }
    }
    return all;
  }

  private void column(Object key, List<Row> group) {
    columns.computeIfAbsent(key, k -> new ArrayList<>()).add(group);
  }

  private Row row(List<String> members, boolean ordered) {
    long bytes = FlatProgram.length(members, this::length);
    return new Row(members, ordered, FlatProgram.pieces("row:" + rows++, bytes));
  }

  private long length(String slot) {
    Value read = program.stateIn().get(slot);
    Value v = read != null ? read : Objects.requireNonNull(program.stateOut().get(slot));
    return Memory.aligned(v.type().bytes());
  }

  private Value sum(ProgramBuilder b, List<String> members) {
    Row row = row(members, false);
    column(row, List.of(row));
    return row.pieces().stream()
        .map(p -> SumOfSquares.of(b.g(), b.state(p.slot(), false)))
        .reduce(b.g()::add)
        .orElseThrow();
  }

  private void update(ProgramBuilder b, List<Node> group) {
    FusedUpdate op = (FusedUpdate) group.get(0).op();
    List<Row> tensors = new ArrayList<>();
    for (int t = 0; t < op.tensors(); t++) {
      int tensor = t;
      tensors.add(row(group.stream().map(n -> slots.get(n.inputs().get(tensor))).toList(), true));
    }
    List<Value> scalars =
        group.get(0).inputs().stream().skip(op.tensors()).map(values::get).toList();
    for (int i = 0; i < tensors.get(0).pieces().size(); i++) {
      int piece = i;
      List<Piece> at = tensors.stream().map(row -> row.pieces().get(piece)).toList();
      List<Value> in = new ArrayList<>(at.stream().map(p -> b.state(p.slot(), false)).toList());
      in.addAll(scalars);
      List<Value> out = b.g().emit(op, in);
      for (int r = 0; r < out.size(); r++) {
        b.write(at.get(op.operandOf(r)).slot().name(), out.get(r));
      }
    }
    column(op.getClass(), tensors);
  }
}
