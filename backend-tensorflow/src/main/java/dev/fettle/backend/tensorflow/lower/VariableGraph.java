package dev.fettle.backend.tensorflow.lower;

import dev.fettle.ir.DType;
import dev.fettle.program.Slot;
import java.util.List;
import org.tensorflow.proto.GraphDef;

/** The nodes by which the host makes, fills and reads a state's variables. */
public final class VariableGraph {
  private final GraphWriter w = new GraphWriter(false);
  private final Ops ops = new Ops(w);

  private VariableGraph() {}

  /**
   * Node names and shared name of one variable.
   *
   * @param slot what it holds
   * @param id unique in the session
   */
  public record Variable(Slot slot, String id) {
    /** The name programs find the variable by. */
    public String sharedName() {
      return id + "/" + slot.name();
    }

    /** Where new contents are fed. */
    public String fed() {
      return id + "/fed";
    }

    /** Runs to assign what is fed. */
    public String assign() {
      return id + "/assign";
    }

    /** Runs to fill with zeros. */
    public String zero() {
      return id + "/zero";
    }

    /** Fetched for the contents. */
    public String read() {
      return id + "/read";
    }

    /** Runs to give the variable a buffer nobody else holds. */
    public String own() {
      return id + "/own";
    }
  }

  /** The nodes of these variables, but for {@link Variable#own}. */
  public static GraphDef of(List<Variable> variables) {
    VariableGraph graph = new VariableGraph();
    // Both kinds of graph are added piece by piece, as slots come: unnamed nodes need a place of
    // their own.
    variables.stream().findFirst().ifPresent(v -> graph.w.scope("slots." + v.id()));
    variables.forEach(graph::write);
    return graph.w.graph();
  }

  /** The nodes {@link Variable#own} runs. */
  public static GraphDef owning(List<Variable> variables) {
    VariableGraph graph = new VariableGraph();
    variables.stream().findFirst().ifPresent(v -> graph.w.scope("own." + v.id()));
    variables.forEach(graph::writeOwn);
    return graph.w.graph();
  }

  private String handle(Variable v, String node) {
    return w.node("VarHandleOp")
        .named(node)
        .attr("dtype", v.slot().type().dtype())
        .shape(sizes(v))
        .attr("container", "")
        .attr("shared_name", v.sharedName())
        .resource();
  }

  private void write(Variable v) {
    DType dtype = v.slot().type().dtype();
    DType carrier = TfTypes.carrier(dtype);
    String handle = handle(v, v.id() + "/variable");
    Edge fed =
        w.node("Placeholder")
            .named(v.fed())
            .attr("dtype", carrier)
            .shape(sizes(v))
            .one(carrier, sizes(v));
    assign(v, handle, v.assign(), carrier == dtype ? fed : ops.bitcast(fed, dtype));
    // Each variable gets zeros of its own: a shared buffer would be copied at the first update.
    Edge zeros =
        w.node("Fill")
            .distinct()
            .in(ops.longs(sizes(v)), ops.cast(ops.scalar(DType.I32, 0), dtype))
            .attr("T", dtype)
            .attr("index_type", DType.I64)
            .one(dtype, sizes(v));
    assign(v, handle, v.zero(), zeros);
    Edge read =
        w.node("ReadVariableOp")
            .named(carrier == dtype ? v.read() : v.id() + "/contents")
            .inResource(handle)
            .attr("dtype", dtype)
            .one(dtype, sizes(v));
    if (carrier != dtype) {
      w.node("Bitcast")
          .named(v.read())
          .in(read)
          .attr("T", dtype)
          .attr("type", carrier)
          .one(carrier, sizes(v));
    }
  }

  private void writeOwn(Variable v) {
    DType dtype = v.slot().type().dtype();
    String handle = handle(v, v.id() + "/variable_again");
    Edge read =
        w.node("ReadVariableOp").inResource(handle).attr("dtype", dtype).one(dtype, sizes(v));
    Edge copy = w.node("DeepCopy").distinct().in(read).attr("T", dtype).one(dtype, sizes(v));
    assign(v, handle, v.own(), copy);
  }

  private void assign(Variable v, String handle, String node, Edge value) {
    w.node("AssignVariableOp")
        .named(node)
        .inResource(handle)
        .in(value)
        .attr("dtype", v.slot().type().dtype())
        .none();
  }

  static List<Long> sizes(Variable v) {
    return v.slot().type().shape().dims().stream().map(d -> d.size()).toList();
  }
}
