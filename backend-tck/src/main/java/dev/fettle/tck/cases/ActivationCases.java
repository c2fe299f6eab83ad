package dev.fettle.tck.cases;

import static dev.fettle.ir.Dim.dim;

import dev.fettle.ir.Dim;
import dev.fettle.ir.composite.Gelu;
import dev.fettle.ir.composite.Relu;
import dev.fettle.ir.composite.SwiGlu;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Activations, with their gradients. */
final class ActivationCases {
  private static final Dim SEQ = dim("seq", 3);
  private static final Dim MLP = dim("mlp", 6);

  private ActivationCases() {}

  static List<OpCase> all() {
    List<OpCase> cases = new ArrayList<>();
    Arg x = Arg.floats(SEQ, MLP);
    Fill extremes = Fill.of(-30, -5, -1, -1e-3, 0, 1e-3, 1, 5, 30);
    for (Gelu.Form form : Gelu.Form.values()) {
      String name = "gelu/" + form.name().toLowerCase(Locale.ROOT);
      cases.add(OpCase.of(name, new Gelu(form), x));
      cases.add(OpCase.of(name + "-scalar", new Gelu(form), Arg.floats()));
      cases.add(OpCase.of(name + "-extremes", new Gelu(form), Arg.floats(extremes, dim("a", 9))));
      cases.add(OpCase.of(name + "-grad", new Gelu.Grad(form), x, x));
    }
    cases.add(OpCase.of("relu", new Relu(), x));
    cases.add(OpCase.of("relu/scalar", new Relu(), Arg.floats()));
    Arg corner = Arg.floats(Fill.of(-3, -0.0, 0, 1e-3, 3), dim("a", 5)).rough();
    cases.add(OpCase.of("relu/corner", new Relu(), corner));
    cases.add(OpCase.of("swiGlu", new SwiGlu(), x, x));
    cases.add(
        OpCase.of(
            "swiGlu/extremes",
            new SwiGlu(),
            Arg.floats(extremes, dim("a", 9)),
            Arg.floats(dim("a", 9))));
    cases.add(OpCase.of("swiGluGrad", new SwiGlu.Grad(), x, x, x));
    return cases;
  }
}
