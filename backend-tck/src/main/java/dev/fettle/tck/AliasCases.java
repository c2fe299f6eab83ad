package dev.fettle.tck;

import static dev.fettle.ir.Dim.dim;

import dev.fettle.ir.DType;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import java.util.ArrayList;
import java.util.List;

/**
 * Programs over two slots {@code a} and {@code b} and an input {@code x} in which writing a slot
 * too early, or handing on its memory, gives wrong numbers without any error. Elements stay whole
 * and small, so results are exact.
 */
final class AliasCases {
  static final TensorType TYPE = TensorType.of(DType.F32, dim("n", 2), dim("n", 2));
  private static final Slot A = new Slot("a", TYPE);
  private static final Slot B = new Slot("b", TYPE);
  private static final TensorType INDEX = TensorType.of(DType.I32, dim("picked", 1));

  private AliasCases() {}

  /** Writes one program. */
  private interface Body {
    void write(ProgramBuilder b, GraphBuilder g, Ends v);
  }

  private record Ends(Value a, Value b, Value x) {}

  /**
   * A program to run several times.
   *
   * @param name what is tried
   * @param program reads and writes slots a and b, and input x
   */
  record AliasCase(String name, Program program) {}

  private static AliasCase of(String name, Body body) {
    ProgramBuilder b = new ProgramBuilder(name.replace(' ', '-'));
    Ends ends = new Ends(b.state(A, false), b.state(B, false), b.input("x", TYPE));
    body.write(b, b.g(), ends);
    return new AliasCase(name, b.build());
  }

  static List<AliasCase> all() {
    List<AliasCase> cases = new ArrayList<>();
    cases.addAll(reads());
    cases.addAll(exchanges());
    cases.addAll(given());
    cases.addAll(updates());
    return cases;
  }

  /** Slots read before, beside and after they are written. */
  private static List<AliasCase> reads() {
    return List.of(
        of(
            "the old value read beside the write",
            (b, g, v) -> {
              b.write("a", g.add(v.a, v.x));
              b.output("y", g.scale(v.a, 3));
            }),
        of(
            "the old value read after the new one",
            (b, g, v) -> {
              Value next = g.add(v.a, v.x);
              b.write("a", next);
              b.output("y", g.sub(g.scale(next, 2), v.a));
            }),
        of(
            "the old value read late",
            (b, g, v) -> {
              b.write("a", g.add(v.a, v.x));
              Value late = g.matmul(g.matmul(v.x, v.b), v.x);
              b.output("y", g.add(late, v.a));
            }),
        of("accumulated twice", (b, g, v) -> b.write("a", g.add(g.add(v.a, v.x), g.add(v.a, v.b)))),
        of("added to itself", (b, g, v) -> b.write("a", g.add(v.a, v.a))),
        of("multiplied by itself", (b, g, v) -> b.write("a", product(g, v.a, v.x))),
        of(
            "behind a barrier",
            (b, g, v) -> {
              List<Value> passed = g.barrier(List.of(v.a, v.x, v.a));
              b.write("a", g.add(passed.get(0), passed.get(1)));
              b.output("y", g.scale(passed.get(2), 2));
            }));
  }

  /** Slots written with other slots, with views, with what is given. */
  private static List<AliasCase> exchanges() {
    return List.of(
        of(
            "two slots swapped",
            (b, g, v) -> {
              b.write("a", v.b);
              b.write("b", v.a);
            }),
        of(
            "two slots from each other",
            (b, g, v) -> {
              b.write("a", g.add(v.a, v.b));
              b.write("b", g.sub(v.a, v.b));
            }),
        of(
            "a view of one slot written to another",
            (b, g, v) -> {
              b.write("a", g.reshape(v.b, TYPE.shape()));
              b.write("b", g.add(v.b, v.x));
            }),
        of(
            "a transposed slot written to itself",
            (b, g, v) -> b.write("a", g.reshape(g.transpose(v.a, List.of(1, 0)), TYPE.shape()))),
        of(
            "a reshaped and shifted slot",
            (b, g, v) -> {
              Value flat = g.reshape(v.a, dim("all", 4));
              Value tail = g.sliceAxis(flat, 0, 1, dim("tail", 3));
              Value head = g.sliceAxis(flat, 0, 0, dim("head", 1));
              b.write("a", g.reshape(g.concat(List.of(tail, head), 0), TYPE.shape()));
            }),
        of("an input written as it is", (b, g, v) -> b.write("a", v.x)),
        of("a slot written with itself", (b, g, v) -> b.write("a", v.a)),
        of(
            "a constant written, the old value read",
            (b, g, v) -> {
              b.write("a", g.fill(0, TYPE));
              b.write("b", g.add(v.b, v.a));
            }));
  }

  /** Values given back, or written twice. */
  private static List<AliasCase> given() {
    return List.of(
        of(
            "the old value given back",
            (b, g, v) -> {
              b.write("a", g.add(v.a, v.x));
              b.output("y", v.a);
            }),
        of(
            "a view of the old value given back",
            (b, g, v) -> {
              b.write("a", g.add(v.a, v.x));
              b.output("y", g.reshape(v.a, dim("all", 4)));
            }),
        of(
            "the new value given back",
            (b, g, v) -> {
              Value next = g.add(v.a, v.x);
              b.write("a", next);
              b.output("y", next);
            }),
        of(
            "a view of the new value given back",
            (b, g, v) -> {
              Value next = g.add(v.a, v.x);
              b.write("a", next);
              b.output("y", g.reshape(next, dim("all", 4)));
            }),
        of(
            "one value written to two slots",
            (b, g, v) -> {
              Value next = g.add(v.a, v.x);
              b.write("a", next);
              b.write("b", next);
            }),
        of(
            "one value and its view written to two slots",
            (b, g, v) -> {
              Value next = g.add(v.a, v.x);
              b.write("a", next);
              b.write("b", g.reshape(g.reshape(next, dim("all", 4)), TYPE.shape()));
            }));
  }

  /** Parts of slots written. */
  private static List<AliasCase> updates() {
    return List.of(
        of(
            "a row added in place, the old rows read",
            (b, g, v) -> {
              Value index = g.constant(INDEX, List.of(1.0));
              Value row = g.sliceAxis(v.a, 0, 0, dim("picked", 1));
              b.write("a", g.scatterAdd(v.a, index, row));
              b.output("y", g.gather(v.a, index));
            }),
        of(
            "a row updated in place from another",
            (b, g, v) -> {
              Value row = g.sliceAxis(v.a, 0, 0, dim("n", 1));
              Value at = g.constant(DType.I32, 1);
              b.write("a", g.dynamicUpdateSlice(v.a, row, at, 0));
              b.write("b", g.add(v.b, v.x));
            }),
        of(
            "the update is a view of the slot itself",
            (b, g, v) ->
                b.write("a", g.dynamicUpdateSlice(v.a, v.a, g.constant(DType.I32, 0), 0))));
  }

  private static Value product(GraphBuilder g, Value a, Value x) {
    // The remainder keeps the numbers small, so that they stay exact.
    return g.mod(g.sub(g.matmul(a, a), g.add(a, x)), g.fill(7, a.type()));
  }
}
