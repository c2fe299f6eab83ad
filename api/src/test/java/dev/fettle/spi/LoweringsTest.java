package dev.fettle.spi;

import static dev.fettle.ir.Dim.dim;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.ir.DType;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.Create;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.spi.support.Lowerings;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoweringsTest {

  @Test
  void listsEveryProblemWithItsPlace() {
    ProgramBuilder b = new ProgramBuilder("p");
    Value x = b.input("x", TensorType.of(DType.F32, dim("a", 2)));
    b.output("y", b.g().scope("layers.0", () -> b.g().cumsum(b.g().exp(x), 0, false, false)));
    Lowerings<List<String>> table =
        new Lowerings<List<String>>()
            .put(Create.Parameter.class, (out, op, node) -> out.add(op.parameter()));
    assertThatThrownBy(() -> table.require("toy", b.build()))
        .isInstanceOfSatisfying(
            UnsupportedProgramException.class,
            e -> {
              assertThat(e.problems()).hasSize(2);
              assertThat(e.problems().get(0)).contains("exp", "F32[a=2]", "layers.0");
              assertThat(e.problems().get(1)).contains("cumsum", "LoweringsTest.java:");
            });
    List<String> out = new ArrayList<>();
    table.emit(out, b.build().graph().nodes().get(0));
    assertThat(out).containsExactly("x");
    assertThatThrownBy(() -> table.put(Create.Parameter.class, (o, op, n) -> {}))
        .hasMessageContaining("twice");
  }
}
