package dev.fettle.models.weights;

import dev.fettle.ir.DType;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The element types of the safetensors format, and which of them Fettle reads. */
enum StoredType {
  F64(64, DType.F64),
  F32(32, DType.F32),
  F16(16, DType.F16),
  BF16(16, DType.BF16),
  I64(64, DType.I64),
  I32(32, DType.I32),
  I16(16, null),
  I8(8, DType.I8),
  U64(64, null),
  U32(32, null),
  U16(16, null),
  U8(8, DType.U8),
  BOOL(8, DType.BOOL),
  C64(64, null),
  F8_E5M2(8, null),
  F8_E4M3(8, null),
  F8_E8M0(8, null),
  F8_E5M2FNUZ(8, null),
  F8_E4M3FNUZ(8, null),
  F6_E2M3(6, null),
  F6_E3M2(6, null),
  F4(4, null);

  private final int bits;
  private final @Nullable DType dtype;

  StoredType(int bits, @Nullable DType dtype) {
    this.bits = bits;
    this.dtype = dtype;
  }

  /** Bits one element takes; sub-byte types are packed. */
  int bits() {
    return bits;
  }

  /** The type in memory, empty for those that are not read. */
  Optional<DType> dtype() {
    return Optional.ofNullable(dtype);
  }

  /** The type of a header's {@code dtype} string. */
  static Optional<StoredType> named(String name) {
    for (StoredType t : values()) {
      if (t.name().equals(name)) {
        return Optional.of(t);
      }
    }
    return Optional.empty();
  }

  /** The stored form of a type in memory. */
  static StoredType of(DType dtype) {
    return valueOf(dtype.name());
  }
}
