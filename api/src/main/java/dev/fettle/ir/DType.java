package dev.fettle.ir;

/** Element types of tensors, with their size in memory. */
public enum DType {
  /** IEEE binary32: parameters, losses, optimizer state. */
  F32(4, Kind.FLOAT),
  /** IEEE binary64: the reference backend's finite differences. */
  F64(8, Kind.FLOAT),
  /** bfloat16: the upper half of a binary32. */
  BF16(2, Kind.FLOAT),
  /** IEEE binary16. */
  F16(2, Kind.FLOAT),
  /** 32-bit signed integer: token ids, positions, indices. */
  I32(4, Kind.INT),
  /** 64-bit signed integer. */
  I64(8, Kind.INT),
  /** 8-bit signed integer. */
  I8(1, Kind.INT),
  /** 8-bit unsigned integer: codes of quantised weights. */
  U8(1, Kind.INT),
  /** One byte a truth value, 0 or 1. */
  BOOL(1, Kind.BOOL);

  private enum Kind {
    FLOAT,
    INT,
    BOOL
  }

  private final int bytes;
  private final Kind kind;

  DType(int bytes, Kind kind) {
    this.bytes = bytes;
    this.kind = kind;
  }

  /** Bytes one element takes. */
  public int bytes() {
    return bytes;
  }

  /** True for the types a gradient can flow through. */
  public boolean isFloat() {
    return kind == Kind.FLOAT;
  }

  /** True for the integer types. */
  public boolean isInt() {
    return kind == Kind.INT;
  }
}
