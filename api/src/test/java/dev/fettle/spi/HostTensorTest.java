package dev.fettle.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.ir.DType;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class HostTensorTest {

  @Test
  void holdsAnySize() {
    for (long n = 1; n < 200; n++) {
      HostTensor t = HostTensor.allocate(DType.I8, n);
      t.set(n - 1, 7);
      assertThat(t.get(n - 1)).isEqualTo(7);
      assertThat(t.bytes().alignmentOffset(0, 64)).isZero();
    }
  }

  @Test
  void readsWhatItWrote() {
    for (DType dtype : DType.values()) {
      HostTensor t = HostTensor.allocate(dtype, 2, 3);
      t.set(4, 1);
      assertThat(t.get(4)).as("%s", dtype).isEqualTo(1);
      assertThat(t.get(3)).as("%s", dtype).isZero();
    }
    HostTensor codes = HostTensor.allocate(DType.U8, 1);
    codes.set(0, 200);
    assertThat(codes.get(0)).isEqualTo(200);
  }

  @Test
  void castsByValue() {
    HostTensor t = HostTensor.ofFloats(new float[] {1.5f, -2.5f}, 2);
    assertThat(t.cast(DType.I32).toInts()).containsExactly(1, -2);
    assertThat(t.cast(DType.BF16).get(1)).isEqualTo(-2.5);
    HostTensor copy = t.cast(DType.F32);
    copy.set(0, 9);
    assertThat(t.get(0)).isEqualTo(1.5);
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThatThrownBy(() -> HostTensor.wrap(DType.F32, ByteBuffer.allocate(8), 2))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> HostTensor.allocate(DType.F32, 1L << 30))
        .hasMessageContaining("2 GiB");
    assertThatThrownBy(() -> HostTensor.scalar(DType.I32, 1).floats()).hasMessageContaining("I32");
  }
}
