package dev.fettle.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.TensorType;
import dev.fettle.program.Slot;
import dev.fettle.spi.support.Pieces;
import java.util.List;
import org.junit.jupiter.api.Test;

class PiecesTest {
  private static final TensorType LARGE =
      TensorType.of(DType.F32, new Dim("vocab", 151936), new Dim("embed", 4096));

  @Test
  void coverATensorOfAnySize() {
    List<Pieces> pieces = Pieces.of(LARGE);
    assertThat(Pieces.pays(LARGE)).isTrue();
    assertThat(pieces).hasSize(10);
    long at = 0;
    for (Pieces piece : pieces) {
      assertThat(piece.from()).isEqualTo(at);
      assertThat(piece.count() * 4L).isLessThanOrEqualTo(Pieces.MAX_BYTES);
      at += piece.count();
    }
    assertThat(at).isEqualTo(151936L * 4096);
  }

  @Test
  void aSmallTensorIsOne() {
    TensorType scalar = TensorType.scalar(DType.F32);
    assertThat(Pieces.of(scalar)).containsExactly(new Pieces(0, 1));
    assertThat(Pieces.pays(scalar)).isFalse();
  }

  @Test
  void whatDoesNotFitIsRefusedByName() {
    Slot slot = new Slot("head", LARGE);
    Pieces.check(slot, 151936L * 4096 - 1, HostTensor.scalar(DType.F32, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Pieces.check(slot, 151936L * 4096, 1))
        .withMessageContaining("head");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Pieces.check(slot, 0, HostTensor.scalar(DType.I32, 1)))
        .withMessageContaining("head");
  }

  @Test
  void partsOfAHostTensorAreCopies() {
    HostTensor whole = HostTensor.ofInts(new int[] {1, 2, 3, 4, 5, 6}, 2, 3);
    HostTensor part = whole.part(1, 3);
    assertThat(part.toInts()).containsExactly(2, 3, 4);
    whole.put(3, part);
    assertThat(whole.toInts()).containsExactly(1, 2, 3, 2, 3, 4);
    assertThat(part.toInts()).containsExactly(2, 3, 4);
    assertThatIllegalArgumentException().isThrownBy(() -> whole.part(4, 3));
    assertThatIllegalArgumentException().isThrownBy(() -> whole.put(5, part));
  }
}
