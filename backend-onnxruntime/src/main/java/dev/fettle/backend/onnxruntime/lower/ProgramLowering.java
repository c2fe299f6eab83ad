package dev.fettle.backend.onnxruntime.lower;

import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.CausalAttention;
import dev.fettle.ir.composite.FusedUpdate;
import dev.fettle.ir.composite.Linear;
import dev.fettle.ir.op.CompositeOp;
import dev.fettle.ir.op.Create;
import dev.fettle.ir.op.Index;
import dev.fettle.ir.op.Layout;
import dev.fettle.ir.op.Linalg.Matmul;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.ir.op.Op;
import dev.fettle.program.Program;
import dev.fettle.spi.UnsupportedProgramException;
import dev.fettle.spi.support.Lowerings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns a prepared program into an ONNX model. */
public final class ProgramLowering {
  private static final Lowerings<OnnxEmission> TABLE = table();

  private final Program program;
  private final Uses uses;
  private final HostPlan host;
  private final OnnxGraph graph = new OnnxGraph();
  private final Target target;
  private final boolean tf32;
  private final OnnxEmission emission;
  private final Map<String, String> slotResults = new LinkedHashMap<>();
  private final Map<String, String> results = new LinkedHashMap<>();
  private final Map<Value, String> fetched = new LinkedHashMap<>();
  private final Set<String> taken = new HashSet<>();
  private final Set<Value> given = new HashSet<>();

  private ProgramLowering(Program program, Target target) {
    this.program = program;
    this.uses = new Uses(program);
    given.addAll(program.stateIn().values());
    given.addAll(program.inputs().values());
    this.host = target.hasHostPart() ? HostPlan.of(program, uses) : HostPlan.zeros(program, uses);
    this.target = target;
    this.tf32 = target == Target.CUDA && asks(program, Precision.TF32) > 0;
    this.emission = new OnnxEmission(graph, uses, target, tf32);
  }

  private static Lowerings<OnnxEmission> table() {
    Lowerings<OnnxEmission> table = new Lowerings<>();
    Elements.register(table);
    Reductions.register(table);
    Layouts.register(table);
    Indexing.register(table);
    Products.register(table);
    Normalizations.register(table);
    Activations.register(table);
    Losses.register(table);
    OwnGraph.register(table);
    DeviceGradients.register(table);
    WholeAttention.register(table);
    return table;
  }

  /** The operations with a lowering of their own, parameters apart. */
  public static Set<Class<? extends Op>> types() {
    return TABLE.types();
  }

  /** A prepared program in the form that is best for a device. */
  public static FlatProgram flat(Program program, Target target) {
    return target.flattens() ? Flattening.of(program) : FlatProgram.none(program);
  }

  /**
   * Lowers a program.
   *
   * @throws UnsupportedProgramException listing everything there is no kernel for
   */
  public static Lowered lower(String backend, Program program, Target target) {
    List<String> problems = Kernels.problems(program);
    if (!problems.isEmpty()) {
      throw new UnsupportedProgramException(backend, program.name(), problems);
    }
    return new ProgramLowering(program, target).lower();
  }

  private Lowered lower() {
    Set<Value> wanted = wanted();
    Set<Node> live = live(wanted);
    parameters(live, wanted);
    for (Node node : program.graph().nodes()) {
      if (live.contains(node) && !(node.op() instanceof Create.Parameter)) {
        emit(emission, node);
      }
    }
    ends();
    graph.prune();
    if (target.mergesLaunches()) {
      HeadMoves.merge(emission);
      ColumnSums.merge(emission);
      graph.prune();
    }
    Set<String> inPlace = new InPlace(graph, slotResults).among(program.aliased());
    return new Lowered(
        graph.build(program.name()),
        graph.inputNames(),
        slotResults,
        results,
        fetched,
        inPlace,
        host,
        indices(),
        bytes(live) + emission.innerBytes(),
        tf32,
        notes());
  }

  /** Of all results of some nodes. */
  static long bytes(Collection<Node> nodes) {
    return nodes.stream().flatMap(n -> n.outputs().stream()).mapToLong(v -> v.type().bytes()).sum();
  }

  /** Emits a node by its rule. */
  static void emit(OnnxEmission c, Node node) {
    if (node.op() instanceof FusedUpdate update) {
      Decompositions.emit(c, update, node);
    } else {
      TABLE.emit(c, node);
    }
  }

  /** The values the model must compute or pass on. */
  private Set<Value> wanted() {
    Set<Value> wanted = new HashSet<>(program.outputs().values());
    Set<String> hosted = host.slots();
    program
        .stateOut()
        .forEach(
            (slot, v) -> {
              HostPlan.Scatter scatter = host.scatters().get(slot);
              if (scatter != null) {
                wanted.addAll(scatter.addends());
              } else if (!hosted.contains(slot) && program.stateIn().get(slot) != v) {
                wanted.add(v);
              }
            });
    host.operands().stream().filter(v -> !given.contains(v)).forEach(wanted::add);
    return wanted;
  }

  private Set<Node> live(Set<Value> wanted) {
    Set<Value> needed = new HashSet<>(wanted);
    Set<Node> live = new HashSet<>();
    List<Node> nodes = program.graph().nodes();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      if (node.outputs().stream().anyMatch(needed::contains)) {
        live.add(node);
        needed.addAll(node.inputs());
      }
    }
    return live;
  }

  private void parameters(Set<Node> live, Set<Value> wanted) {
    Set<Value> read = new HashSet<>(wanted);
    live.forEach(n -> read.addAll(n.inputs()));
    Map<String, Value> named = new LinkedHashMap<>(program.stateIn());
    named.putAll(program.inputs());
    named.forEach(
        (name, v) -> {
          if (read.contains(v)) {
            graph.input(name, v.dtype(), OnnxEmission.sizes(v.shape()));
            taken.add(name);
            emission.bind(v, name);
          }
        });
  }

  private void ends() {
    Set<String> hosted = host.slots();
    program
        .stateOut()
        .forEach(
            (slot, v) -> {
              HostPlan.Scatter scatter = host.scatters().get(slot);
              if (scatter != null) {
                slotResults.put(slot, end(sum(scatter.addends()), v, slot + ":next"));
              } else if (!hosted.contains(slot) && program.stateIn().get(slot) != v) {
                slotResults.put(slot, end(v, slot + ":next"));
              }
            });
    program.outputs().forEach((name, v) -> results.put(name, end(v, name + ":out")));
    for (Value v : host.operands()) {
      if (!given.contains(v)) {
        fetched.put(v, end(v, "host:" + fetched.size()));
      }
    }
  }

  private String sum(List<Value> addends) {
    List<String> parts = addends.stream().map(emission::whole).toList();
    return parts.size() == 1 ? parts.get(0) : emission.node("Add", parts);
  }

  private String end(Value v, String name) {
    return end(emission.whole(v), v, name);
  }

  /** Makes a tensor that stands for a value an output of the model. */
  private String end(String internal, Value v, String name) {
    boolean own = graph.producer(internal).isPresent() && taken.add(internal);
    String result = own ? internal : graph.fresh("Identity", internal);
    graph.output(result, name, v.dtype(), OnnxEmission.sizes(v.shape()));
    return name;
  }

  private Map<String, Long> indices() {
    Map<String, Long> bounds = new HashMap<>();
    program.inputs().forEach((name, v) -> bound(v, name, bounds));
    return bounds;
  }

  private void bound(Value v, String name, Map<String, Long> bounds) {
    for (Node reader : uses.readers(v)) {
      if (reader.op() instanceof Layout.Reshape) {
        bound(reader.output(), name, bounds);
      }
      boolean index = reader.inputs().size() > 1 && reader.inputs().get(1) == v;
      long limit = 0;
      if (index
          && (reader.op() instanceof Index.Gather || reader.op() instanceof Index.ScatterAdd)) {
        limit = reader.inputs().get(0).shape().size(0);
      } else if (index && reader.op() instanceof Index.TakeAlong t) {
        limit = reader.inputs().get(0).shape().size(t.axis());
      } else if (index && reader.op() instanceof CompositeOp c && c.name().equals("CrossEntropy")) {
        limit = reader.inputs().get(0).shape().size(1);
      }
      if (limit > 0) {
        bounds.merge(name, limit, Math::min);
      }
    }
  }

  /** How many operations ask for products of a precision. */
  private static long asks(Program program, Precision precision) {
    return program.graph().nodes().stream().filter(n -> precision == precision(n)).count();
  }

  private static @Nullable Precision precision(Node node) {
    if (node.op() instanceof Matmul m) {
      return m.precision();
    }
    if (node.op() instanceof Linear l) {
      return l.precision();
    }
    if (node.op() instanceof CausalAttention a) {
      return a.precision();
    }
    return node.op() instanceof CausalAttention.Grad g ? g.of().precision() : null;
  }

  private List<String> notes() {
    List<String> notes = new ArrayList<>();
    long narrow = asks(program, Precision.BF16);
    if (narrow > 0) {
      notes.add(
          target.computes(Precision.BF16, false).isPresent()
              ? "operands and results rounded to BF16: matmul x" + narrow
              : "computed in F32 for lack of a kernel: matmul in BF16 x" + narrow);
    }
    if (tf32) {
      notes.add(
          "operands rounded to TF32: matmul x"
              + asks(program, Precision.TF32)
              + "; computed in F64, for a session rounds all or none: matmul x"
              + asks(program, Precision.FULL));
    }
    if (!host.updates().isEmpty()) {
      notes.add("run on the host after the session: optimizer updates x" + host.updates().size());
    }
    if (!host.scatters().isEmpty()) {
      notes.add("run on the host after the session: scattered rows x" + host.scatters().size());
    }
    return notes;
  }
}
