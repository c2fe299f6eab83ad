package dev.fettle.backend.tensorflow.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.CompositeOp;
import dev.fettle.spi.support.Lowerings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.OpDef;

/**
 * A composite as a function that XLA compiles into one loop; its body is the decomposition. Some
 * operands may be variables, which results are then written to, in place where nobody else holds
 * their buffers.
 */
final class XlaFunction {
  private final CompositeOp op;
  private final List<TensorType> operands;
  private final Map<Integer, Integer> variables;
  private final Carriers carriers;

  /**
   * The element types values cross the function's border in.
   *
   * @param operands of each operand
   * @param results of each result; one may be given in several, one after the other
   */
  record Carriers(List<DType> operands, List<List<DType>> results) {
    /** Keeps immutable copies. */
    Carriers {
      operands = List.copyOf(operands);
      results = List.copyOf(results);
    }
  }

  /**
   * A function.
   *
   * @param op what it computes
   * @param operands the types of its operands
   * @param variables operand that is a variable, to the result written to it
   */
  XlaFunction(CompositeOp op, List<TensorType> operands, Map<Integer, Integer> variables) {
    this(op, operands, variables, own(op, operands));
  }

  /** A function without variables, some of whose values cross its border in another type. */
  XlaFunction(CompositeOp op, List<TensorType> operands, Carriers carriers) {
    this(op, operands, Map.of(), carriers);
  }

  private XlaFunction(
      CompositeOp op,
      List<TensorType> operands,
      Map<Integer, Integer> variables,
      Carriers carriers) {
    this.op = op;
    this.operands = operands;
    this.variables = variables;
    this.carriers = carriers;
  }

  private static Carriers own(CompositeOp op, List<TensorType> operands) {
    return new Carriers(
        operands.stream().map(TensorType::dtype).toList(),
        op.infer(operands).stream().map(t -> List.of(t.dtype())).toList());
  }

  /** The same for the same operation on the same sizes, whatever the axes are called. */
  String name() {
    StringBuilder name = new StringBuilder("fettle_").append(op);
    for (int i = 0; i < operands.size(); i++) {
      name.append(variables.containsKey(i) ? "_var_" : "_").append(carriers.operands().get(i));
      for (long size : operands.get(i).shape().sizes()) {
        name.append('x').append(size);
      }
    }
    carriers.results().forEach(types -> name.append('_').append(types));
    return name.toString().replaceAll("[^A-Za-z0-9_]", "_");
  }

  /** What a call refers to the function by. */
  AttrValue callee() {
    return AttrValue.newBuilder().setFunc(NameAttrList.newBuilder().setName(name())).build();
  }

  FunctionDef definition() {
    GraphWriter w = new GraphWriter(true);
    TfEmission body = new TfEmission(w);
    GraphBuilder g = new GraphBuilder();
    OpDef.Builder signature = OpDef.newBuilder().setName(name());
    List<Value> in = new ArrayList<>();
    Map<Integer, String> reads = new HashMap<>();
    for (int i = 0; i < operands.size(); i++) {
      String arg = "in" + i;
      TensorType type = operands.get(i);
      Value v = g.parameter(arg, type, false);
      DType dtype = carriers.operands().get(i);
      Edge edge = new Edge(arg, arg, dtype, TfEmission.sizes(v));
      if (variables.containsKey(i)) {
        edge =
            w.node("ReadVariableOp")
                .inResource(arg)
                .attr("dtype", dtype)
                .one(dtype, TfEmission.sizes(v));
        reads.put(i, edge.node());
      }
      body.give(v, body.ops().cast(edge, type.dtype()));
      in.add(v);
      DataType given = variables.containsKey(i) ? DataType.DT_RESOURCE : TfTypes.of(dtype);
      signature.addInputArgBuilder().setName(arg).setType(given);
    }
    List<Value> results = op.decompose(g, in);
    Lowerings<TfEmission> table = TfLowerings.table();
    g.build(results).nodes().forEach(n -> table.emit(body, n));
    FunctionDef.Builder function =
        FunctionDef.newBuilder()
            .putAttr("_XlaMustCompile", AttrValue.newBuilder().setB(true).build());
    for (int i = 0; i < results.size(); i++) {
      if (!variables.containsValue(i)) {
        for (DType dtype : carriers.results().get(i)) {
          String out = "out" + i + dtype.name().toLowerCase(Locale.ROOT);
          signature.addOutputArgBuilder().setName(out).setType(TfTypes.of(dtype));
          function.putRet(out, body.ops().cast(body.exact(results.get(i)), dtype).ref());
        }
      }
    }
    assign(w, body, results, reads, function);
    signature.setIsStateful(!variables.isEmpty());
    return function.setSignature(signature).addAllNodeDef(w.nodes()).build();
  }

  /** No variable is written before all have been read. */
  private void assign(
      GraphWriter w,
      TfEmission body,
      List<Value> results,
      Map<Integer, String> reads,
      FunctionDef.Builder function) {
    variables.forEach(
        (operand, result) -> {
          Value v = results.get(result);
          String node =
              w.node("AssignVariableOp")
                  .inResource("in" + operand)
                  .in(body.exact(v))
                  .after(reads.values())
                  .attr("dtype", v.dtype())
                  .none();
          function.putControlRet("done" + operand, node);
          function.getSignatureBuilder().addControlOutput("done" + operand);
        });
  }
}
