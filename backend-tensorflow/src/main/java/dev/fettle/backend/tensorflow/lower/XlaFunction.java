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

  /**
   * A function.
   *
   * @param op what it computes
   * @param operands the types of its operands
   * @param variables operand that is a variable, to the result written to it
   */
  XlaFunction(CompositeOp op, List<TensorType> operands, Map<Integer, Integer> variables) {
    this.op = op;
    this.operands = operands;
    this.variables = variables;
  }

  /** The same for the same operation on the same sizes, whatever the axes are called. */
  String name() {
    StringBuilder name = new StringBuilder("fettle_").append(op);
    for (int i = 0; i < operands.size(); i++) {
      name.append(variables.containsKey(i) ? "_var_" : "_").append(operands.get(i).dtype());
      for (long size : operands.get(i).shape().sizes()) {
        name.append('x').append(size);
      }
    }
    return name.toString().replaceAll("[^A-Za-z0-9_]", "_");
  }

  /** What a call refers to the function by. */
  AttrValue callee() {
    return AttrValue.newBuilder().setFunc(NameAttrList.newBuilder().setName(name())).build();
  }

  FunctionDef definition() {
    GraphWriter w = new GraphWriter(true);
    Emission body = new Emission(w, null);
    GraphBuilder g = new GraphBuilder();
    OpDef.Builder signature = OpDef.newBuilder().setName(name());
    List<Value> in = new ArrayList<>();
    Map<Integer, String> reads = new HashMap<>();
    for (int i = 0; i < operands.size(); i++) {
      String arg = "in" + i;
      TensorType type = operands.get(i);
      Value v = g.parameter(arg, type, false);
      DType dtype = type.dtype();
      Edge edge = new Edge(arg, arg, dtype, Emission.sizes(v));
      if (variables.containsKey(i)) {
        edge =
            w.node("ReadVariableOp")
                .inResource(arg)
                .attr("dtype", dtype)
                .one(dtype, Emission.sizes(v));
        reads.put(i, edge.node());
      }
      body.give(v, edge);
      in.add(v);
      DataType given = variables.containsKey(i) ? DataType.DT_RESOURCE : TfTypes.of(dtype);
      signature.addInputArgBuilder().setName(arg).setType(given);
    }
    List<Value> results = op.decompose(g, in);
    Lowerings<Emission> table = TfLowerings.table();
    g.build(results).nodes().forEach(n -> table.emit(body, n));
    FunctionDef.Builder function =
        FunctionDef.newBuilder()
            .putAttr("_XlaMustCompile", AttrValue.newBuilder().setB(true).build());
    for (int i = 0; i < results.size(); i++) {
      if (!variables.containsValue(i)) {
        Value v = results.get(i);
        signature.addOutputArgBuilder().setName("out" + i).setType(TfTypes.of(v.dtype()));
        function.putRet("out" + i, body.exact(v).ref());
      }
    }
    assign(w, body, results, reads, function);
    signature.setIsStateful(!variables.isEmpty());
    return function.setSignature(signature).addAllNodeDef(w.nodes()).build();
  }

  /** No variable is written before all have been read. */
  private void assign(
      GraphWriter w,
      Emission body,
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
