package dev.fettle.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns plain Java (as a JSON reader gives it) into values, and raises the bounds by their size.
 */
final class Inputs {

  /** Python refuses to print longer ones, too. */
  private static final int LONGEST_INTEGER_BITS = 14_000;

  private final Bounds bounds;

  Inputs(Bounds bounds) {
    this.bounds = bounds;
  }

  Object of(@Nullable Object java) {
    bounds.admit(Bounds.ITEM);
    if (java == null) {
      return None.NONE;
    }
    if (java instanceof String text) {
      bounds.admit(text.length());
      return text;
    }
    if (java instanceof Number number) {
      return number(number);
    }
    if (java instanceof Map<?, ?> map) {
      PyDict copy = new PyDict();
      bounds.enter();
      map.forEach(
          (key, value) -> {
            // What the caller passes in is not the template's doing.
            bounds.admit(Bounds.ENTRY);
            copy.put(bounds, of(key), of(value));
          });
      bounds.leave();
      return copy;
    }
    if (java instanceof List<?> list) {
      Items copy = new Items(bounds);
      bounds.enter();
      list.forEach(item -> copy.add(of(item)));
      bounds.leave();
      return copy.list();
    }
    return java instanceof Boolean ? java : java.toString();
  }

  private static Object number(Number number) {
    if (number instanceof Double || number instanceof Float || number instanceof BigDecimal) {
      return number.doubleValue();
    }
    if (number instanceof BigInteger big) {
      if (big.bitLength() > LONGEST_INTEGER_BITS) {
        throw new TemplateException("an integer of more than 4,000 digits");
      }
      return big.bitLength() < 64 ? (Object) big.longValue() : big;
    }
    return number.longValue();
  }
}
