package dev.fettle.ir;

import static dev.fettle.ir.Dim.dim;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ShapeTest {
  private static final Shape SHAPE = Shape.of(dim("batch", 2), dim("seq", 3), dim("embed", 4));

  @Test
  void counts() {
    assertThat(SHAPE.elements()).isEqualTo(24);
    assertThat(Shape.SCALAR.elements()).isEqualTo(1);
    assertThat(SHAPE.sizes()).containsExactly(2, 3, 4);
    assertThat(TensorType.of(DType.BF16, dim("a", 5)).bytes()).isEqualTo(10);
  }

  @Test
  void readsAxesFromTheEnd() {
    assertThat(SHAPE.dim(-1)).isEqualTo(dim("embed", 4));
    assertThat(SHAPE.normalize(-3)).isZero();
    assertThatThrownBy(() -> SHAPE.normalize(3))
        .isInstanceOf(IrException.class)
        .hasMessageContaining("axis 3")
        .hasMessageContaining("seq=3");
  }

  @Test
  void changesAxes() {
    assertThat(SHAPE.without(List.of(0, 2))).isEqualTo(Shape.of(dim("seq", 3)));
    assertThat(SHAPE.with(-1, dim("vocab", 9)).dim(2)).isEqualTo(dim("vocab", 9));
    assertThat(SHAPE.sameSizes(Shape.of(dim("x", 2), dim("y", 3), dim("z", 4)))).isTrue();
  }

  @Test
  void printsAsInTheDocs() {
    assertThat(new TensorType(DType.F32, SHAPE)).hasToString("F32[batch=2, seq=3, embed=4]");
  }

  @Test
  void refusesEmptyAxes() {
    assertThatThrownBy(() -> dim("batch", 0)).isInstanceOf(IrException.class);
    assertThatThrownBy(() -> dim(" ", 1)).isInstanceOf(IrException.class);
  }
}
