package dev.fettle.backend.tensorflow.lower;

import dev.fettle.backend.tensorflow.lower.VariableGraph.Variable;
import dev.fettle.ir.DType;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.OpDef;

/**
 * Nodes that read or free one of many variables, chosen by a number that is fed. A session prepares
 * every new combination of ends anew and keeps it: with an end for each variable, the first
 * download of all would take longer than a step of training.
 *
 * @param id unique in the session
 * @param variables those to choose from
 */
public record SlotAccess(String id, List<Variable> variables) {

  /** Keeps an immutable copy. */
  public SlotAccess {
    variables = List.copyOf(variables);
  }

  /** Where the number of a variable is fed, an I32. */
  public String choice() {
    return id + "/choice";
  }

  /** Fetched for the variable's bytes, as U8; its buffer is the variable's own. */
  public String read() {
    return id + "/read";
  }

  /** Fetched for some of the variable's bytes, see {@link #begin} and {@link #count}; a copy. */
  public String part() {
    return id + "/part";
  }

  /** Where the number of the first byte of a part is fed, an I64 vector of one. */
  public String begin() {
    return id + "/begin";
  }

  /** Where the number of bytes of a part is fed, an I64 vector of one. */
  public String count() {
    return id + "/count";
  }

  /** Runs to free the variable. */
  public String destroy() {
    return id + "/destroy";
  }

  /** The nodes and functions. */
  public GraphDef graph() {
    GraphWriter w = new GraphWriter(false);
    w.scope(id);
    Edge choice =
        w.node("Placeholder")
            .named(choice())
            .attr("dtype", DType.I32)
            .shape(List.of())
            .one(DType.I32, List.of());
    part(w, choose(w, choice, read(), List.of(DType.U8)).one(DType.U8, List.of()));
    choose(w, choice, destroy(), List.of()).none();
    GraphDef.Builder graph = w.graph().toBuilder();
    for (Variable v : variables) {
      graph.getLibraryBuilder().addFunction(reading(v)).addFunction(destroying(v));
    }
    return graph.build();
  }

  /** Cuts the part out where the variable lies, so that nothing else of it is moved. */
  private void part(GraphWriter w, Edge bytes) {
    Ops ops = new Ops(w);
    Edge flat =
        w.node("Reshape")
            .in(bytes, ops.longs(List.of(-1L)))
            .attr("T", DType.U8)
            .attr("Tshape", DType.I64)
            .one(DType.U8, List.of());
    w.node("Slice")
        .named(part())
        .in(flat, fed(w, begin()), fed(w, count()))
        .attr("T", DType.U8)
        .attr("Index", DType.I64)
        .one(DType.U8, List.of());
  }

  private static Edge fed(GraphWriter w, String name) {
    List<Long> one = List.of(1L);
    return w.node("Placeholder")
        .named(name)
        .attr("dtype", DType.I64)
        .shape(one)
        .one(DType.I64, one);
  }

  private GraphWriter.NodeCall choose(
      GraphWriter w, Edge choice, String node, List<DType> results) {
    AttrValue.ListValue.Builder branches = AttrValue.ListValue.newBuilder();
    boolean reads = !results.isEmpty();
    for (Variable v : variables) {
      branches.addFunc(NameAttrList.newBuilder().setName(function(v, reads)));
    }
    return w.node("Case")
        .named(node)
        .in(choice)
        .types("Tin", List.of())
        .types("Tout", results)
        .attr("branches", AttrValue.newBuilder().setList(branches).build());
  }

  private static String function(Variable v, boolean reads) {
    return (reads ? "read_" : "destroy_") + v.id();
  }

  private static String handle(GraphWriter w, Variable v) {
    String node =
        w.node("VarHandleOp")
            .distinct()
            .attr("dtype", v.slot().type().dtype())
            .shape(VariableGraph.sizes(v))
            .attr("container", "")
            .attr("shared_name", v.sharedName())
            .resource();
    return node + ":resource:0";
  }

  private static FunctionDef reading(Variable v) {
    GraphWriter w = new GraphWriter(true);
    DType dtype = v.slot().type().dtype();
    List<Long> sizes = VariableGraph.sizes(v);
    Edge contents =
        w.node("ReadVariableOp").inResource(handle(w, v)).attr("dtype", dtype).one(dtype, sizes);
    Ops ops = new Ops(w);
    boolean bits = dtype != DType.BOOL && dtype != DType.U8;
    Edge bytes = bits ? ops.bitcast(contents, DType.U8) : ops.cast(contents, DType.U8);
    OpDef.Builder signature = OpDef.newBuilder().setName(function(v, true)).setIsStateful(true);
    signature.addOutputArgBuilder().setName("bytes").setType(DataType.DT_UINT8);
    return FunctionDef.newBuilder()
        .setSignature(signature)
        .addAllNodeDef(w.nodes())
        .putRet("bytes", bytes.ref())
        .build();
  }

  private static FunctionDef destroying(Variable v) {
    GraphWriter w = new GraphWriter(true);
    String done =
        w.node("DestroyResourceOp")
            .inResource(handle(w, v))
            .attr("ignore_lookup_error", true)
            .none();
    OpDef.Builder signature = OpDef.newBuilder().setName(function(v, false)).setIsStateful(true);
    signature.addControlOutput("done");
    return FunctionDef.newBuilder()
        .setSignature(signature)
        .addAllNodeDef(w.nodes())
        .putControlRet("done", done)
        .build();
  }

  /** The number of a variable. */
  public int index(Variable v) {
    return new ArrayList<>(variables).indexOf(v);
  }
}
