package dev.fettle.tck;

import static dev.fettle.ir.Dim.dim;

import dev.fettle.autodiff.Gradients;
import dev.fettle.ir.DType;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Gelu;
import dev.fettle.ir.composite.Relu;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.HostTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Gradients where a function has a corner, a pole or a limit. Differences cannot tell there; the
 * numbers are those torch 2.13 gives for the sum of the results.
 */
final class EdgeCases {
  private static final float INF = Float.POSITIVE_INFINITY;
  private static final float NAN = Float.NaN;

  private EdgeCases() {}

  /** A function of one or more vectors. */
  private interface Function {
    Value of(GraphBuilder g, List<Value> in);
  }

  /**
   * One function at its edges.
   *
   * @param name for people
   * @param function what is differentiated
   * @param at the operands
   * @param gradients expected for each operand
   */
  record EdgeCase(String name, Function function, List<float[]> at, List<float[]> gradients) {

    Program program() {
      ProgramBuilder b = new ProgramBuilder(name);
      List<Value> in = new ArrayList<>();
      for (float[] x : at) {
        TensorType type = TensorType.of(DType.F32, dim("n", x.length));
        in.add(b.state(new Slot("in" + in.size(), type), true));
      }
      Value loss = b.g().sumAll(function.of(b.g(), in));
      List<Value> grads = Gradients.of(b.g(), loss, in);
      for (int i = 0; i < grads.size(); i++) {
        b.output("grad" + i, grads.get(i));
      }
      return b.build();
    }

    Map<String, HostTensor> operands() {
      return named("in", at);
    }

    Map<String, HostTensor> expected() {
      return named("grad", gradients);
    }

    private static Map<String, HostTensor> named(String prefix, List<float[]> values) {
      Map<String, HostTensor> all = new LinkedHashMap<>();
      values.forEach(v -> all.put(prefix + all.size(), HostTensor.ofFloats(v, v.length)));
      return all;
    }
  }

  private static float[] v(float... values) {
    return values;
  }

  private static EdgeCase one(String name, Function f, float[] at, float[] gradient) {
    return new EdgeCase(name, f, List.of(at), List.of(gradient));
  }

  static List<EdgeCase> all() {
    List<EdgeCase> cases = new ArrayList<>(corners());
    cases.addAll(poles());
    cases.addAll(powers());
    cases.addAll(limits());
    return cases;
  }

  private static List<EdgeCase> corners() {
    return List.of(
        one("relu", (g, in) -> Relu.of(g, in.get(0)), v(-2, -0f, 0, 1e-30f, 3), v(0, 0, 0, 1, 1)),
        one("abs", (g, in) -> g.abs(in.get(0)), v(-2, -0f, 0, 3), v(-1, 0, 0, 1)),
        one("reduceMax", (g, in) -> g.reduceMax(in.get(0), List.of(0)), v(1, 2, 2), v(0, .5f, .5f)),
        new EdgeCase(
            "max",
            (g, in) -> g.max(in.get(0), in.get(1)),
            List.of(v(1, 1, 2), v(1, 2, 1)),
            List.of(v(0.5f, 0, 1), v(0.5f, 1, 0))),
        new EdgeCase(
            "min",
            (g, in) -> g.min(in.get(0), in.get(1)),
            List.of(v(1, 1, 2), v(1, 2, 1)),
            List.of(v(0.5f, 1, 0), v(0.5f, 0, 1))),
        new EdgeCase(
            "mod",
            (g, in) -> g.mod(in.get(0), in.get(1)),
            List.of(v(5.5f, -5.5f, 6), v(3, 3, 3)),
            List.of(v(1, 1, 1), v(-1, 1, -2))));
  }

  private static List<EdgeCase> poles() {
    return List.of(
        one("sqrt", (g, in) -> g.sqrt(in.get(0)), v(0, 4), v(INF, 0.25f)),
        one("rsqrt", (g, in) -> g.rsqrt(in.get(0)), v(0, 4), v(-INF, -0.0625f)),
        one("log", (g, in) -> g.log(in.get(0)), v(0, 4), v(INF, 0.25f)),
        new EdgeCase(
            "div",
            (g, in) -> g.div(in.get(0), in.get(1)),
            List.of(v(1, 0, 1), v(0, 0, 2)),
            List.of(v(INF, INF, 0.5f), v(-INF, NAN, -0.25f))));
  }

  private static List<EdgeCase> powers() {
    return List.of(
        new EdgeCase(
            "pow of 0",
            (g, in) -> g.pow(in.get(0), in.get(1)),
            List.of(v(0, 0, 0, 0, 0), v(0, 1, 2, 0.5f, -1)),
            List.of(v(0, 1, 0, INF, -INF), v(0, 0, 0, 0, -INF))),
        new EdgeCase(
            "pow of others",
            (g, in) -> g.pow(in.get(0), in.get(1)),
            List.of(v(2, -2, -2, 1, INF), v(0, 2, 0, 0, 0)),
            List.of(v(0, -4, 0, 0, 0), v((float) Math.log(2), NAN, NAN, 0, INF))));
  }

  private static List<EdgeCase> limits() {
    float bell = (float) (2 / Math.sqrt(Math.PI));
    return List.of(
        one("exp", (g, in) -> g.exp(in.get(0)), v(-INF, 0, 100), v(0, 1, INF)),
        one("erf", (g, in) -> g.erf(in.get(0)), v(INF, -INF, 0), v(0, 0, bell)),
        one("tanh", (g, in) -> g.tanh(in.get(0)), v(INF, -INF, 0), v(0, 0, 1)),
        one("logistic", (g, in) -> g.logistic(in.get(0)), v(INF, -INF, 0), v(0, 0, 0.25f)),
        one(
            "gelu",
            (g, in) -> Gelu.of(g, in.get(0), Gelu.Form.EXACT),
            v(-200, 200, 0),
            v(0, 1, .5f)),
        one(
            "gelu tanh",
            (g, in) -> Gelu.of(g, in.get(0), Gelu.Form.TANH),
            v(-200, 200, 0, (float) -1e13, (float) 3e12),
            v(0, 1, 0.5f, 0, 1)));
  }
}
