package dev.fettle.tck;

import dev.fettle.ir.DType;
import dev.fettle.spi.HostTensor;
import java.util.Arrays;
import java.util.Map;
import org.assertj.core.api.Assertions;

/** Assertions on tensors. */
public final class Tensors {
  private Tensors() {}

  /**
   * Requires floats within {@code unit * max(1, largest expected element)} and everything else
   * exactly; a NaN for a NaN, an infinity for the same infinity.
   */
  public static void assertClose(String what, HostTensor actual, HostTensor expected, double unit) {
    if (!Arrays.equals(actual.sizes(), expected.sizes())) {
      Assertions.fail("%s: got %s, expected %s", what, actual, expected);
    }
    double allowed = actual.dtype().isFloat() ? unit * Math.max(1, largest(expected)) : 0;
    for (long i = 0; i < expected.elements(); i++) {
      double a = actual.get(i);
      double e = expected.get(i);
      boolean same = Double.compare(a, e) == 0 || Math.abs(a - e) <= allowed;
      if (!same) {
        Assertions.fail(
            "%s: element %d of %s is %s, expected %s within %s", what, i, expected, a, e, allowed);
      }
    }
  }

  /** Requires the same names, and each tensor close. */
  public static void assertClose(
      String what, Map<String, HostTensor> actual, Map<String, HostTensor> expected, double unit) {
    Assertions.assertThat(actual.keySet()).as(what).isEqualTo(expected.keySet());
    expected.forEach((name, e) -> assertClose(what + ": " + name, Maps.get(actual, name), e, unit));
  }

  /** Requires equal element types, sizes and bits. */
  public static void assertSame(String what, HostTensor actual, HostTensor expected) {
    boolean same =
        actual.dtype() == expected.dtype()
            && Arrays.equals(actual.sizes(), expected.sizes())
            && actual.bytes().equals(expected.bytes());
    if (!same) {
      Assertions.fail("%s: got %s, expected %s", what, show(actual), show(expected));
    }
  }

  /** The largest finite magnitude. */
  public static double largest(HostTensor t) {
    double largest = 0;
    for (long i = 0; i < t.elements(); i++) {
      double v = Math.abs(t.get(i));
      if (Double.isFinite(v)) {
        largest = Math.max(largest, v);
      }
    }
    return largest;
  }

  /** Floats as F64, everything else as it is. */
  public static HostTensor widened(HostTensor t) {
    return t.dtype().isFloat() ? t.cast(DType.F64) : t;
  }

  private static String show(HostTensor t) {
    StringBuilder text = new StringBuilder(t.toString()).append(" of");
    for (long i = 0; i < Math.min(8, t.elements()); i++) {
      text.append(' ').append(t.get(i));
    }
    return text.append(t.elements() > 8 ? " ..." : "").toString();
  }
}
