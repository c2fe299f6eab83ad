package dev.fettle.jinja;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;

/** How Python prints values. */
final class Repr {

  private final Text out;
  private final Bounds bounds;

  private Repr(Text out) {
    this.out = out;
    this.bounds = out.bounds();
  }

  /** {@code str(value)}: what printing a value writes. */
  static String str(Bounds bounds, Object value) {
    if (value instanceof String s) {
      return s;
    }
    return value instanceof Undefined ? "" : repr(bounds, value);
  }

  /** {@code repr(value)}. */
  static String repr(Bounds bounds, Object value) {
    Text out = new Text(bounds);
    new Repr(out).write(value);
    return out.toString();
  }

  private void write(Object value) {
    if (value instanceof String s) {
      quote(s);
    } else if (value == None.NONE) {
      out.append("None");
    } else if (value instanceof Boolean b) {
      out.append(b ? "True" : "False");
    } else if (value instanceof Double d) {
      out.append(number(bounds, d));
    } else if (value instanceof PyTuple tuple) {
      list(tuple, "(", tuple.size() == 1 ? ",)" : ")");
    } else if (value instanceof List<?> list) {
      list(list, "[", "]");
    } else if (value instanceof PyDict dict) {
      dict(dict);
    } else if (value instanceof Namespace namespace) {
      namespace(namespace);
    } else if (value instanceof Undefined) {
      out.append("Undefined");
    } else if (value instanceof Number) {
      out.append(value.toString());
    } else {
      out.append("<").append(Values.typeName(value)).append(">");
    }
  }

  private void list(List<?> list, String open, String close) {
    bounds.enter();
    out.append(open);
    String separator = "";
    for (Object item : list) {
      out.append(separator);
      write(item);
      separator = ", ";
    }
    out.append(close);
    bounds.leave();
  }

  private void dict(PyDict dict) {
    bounds.enter();
    out.append("{");
    String separator = "";
    for (Map.Entry<Key, Object> entry : dict.entries()) {
      out.append(separator);
      write(entry.getKey().shown());
      out.append(": ");
      write(entry.getValue());
      separator = ", ";
    }
    out.append("}");
    bounds.leave();
  }

  private void namespace(Namespace namespace) {
    bounds.enter();
    out.append("<Namespace {");
    String separator = "";
    for (Map.Entry<String, Object> entry : namespace.values().entrySet()) {
      out.append(separator);
      quote(entry.getKey());
      out.append(": ");
      write(entry.getValue());
      separator = ", ";
    }
    out.append("}>");
    bounds.leave();
  }

  /** A name in single quotes, as Python's messages have it. */
  static String quoted(String name) {
    return "'" + name + "'";
  }

  /** A string in quotes: single ones, unless it holds those and no double ones. */
  private void quote(String s) {
    bounds.spend(s.length());
    char quote = s.indexOf('\'') >= 0 && s.indexOf('"') < 0 ? '"' : '\'';
    out.append(quote);
    int i = 0;
    while (i < s.length()) {
      int c = s.codePointAt(i);
      i += Character.charCount(c);
      switch (c) {
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c == quote) {
            out.append('\\').append(quote);
          } else if (c < 0x20 || c == 0x7f) {
            out.append("\\x").hex(c, 2);
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append(quote);
  }

  /** The shortest decimal that reads back as the same number, in Python's notation. */
  static String number(Bounds bounds, double d) {
    if (Double.isNaN(d)) {
      return "nan";
    }
    if (Double.isInfinite(d)) {
      return d > 0 ? "inf" : "-inf";
    }
    if (d == 0) {
      return 1 / d < 0 ? "-0.0" : "0.0";
    }
    bounds.spend(Bounds.REAL);
    BigDecimal shortest = shortest(d).stripTrailingZeros();
    int exponent = shortest.precision() - shortest.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      String plain = shortest.toPlainString();
      return plain.indexOf('.') < 0 ? plain + ".0" : plain;
    }
    String digits = shortest.unscaledValue().abs().toString();
    String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
    return (d < 0 ? "-" : "")
        + mantissa
        + (exponent < 0 ? "e-" : "e+")
        + (Math.abs(exponent) < 10 ? "0" : "")
        + Math.abs(exponent);
  }

  private static BigDecimal shortest(double d) {
    BigDecimal exact = new BigDecimal(d);
    // Java's own is the shortest or, before 19, sometimes a digit longer and not the nearest.
    int digits = Math.min(17, new BigDecimal(Double.toString(d)).precision());
    BigDecimal best = exact.round(new MathContext(17, RoundingMode.HALF_EVEN));
    for (int n = digits; n > 0; n--) {
      BigDecimal candidate = exact.round(new MathContext(n, RoundingMode.HALF_EVEN));
      if (candidate.doubleValue() != d) {
        break;
      }
      best = candidate;
    }
    return best;
  }
}
