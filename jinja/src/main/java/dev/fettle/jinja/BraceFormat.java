package dev.fettle.jinja;

/** {@code "{} of {1} or {name}".format(...)}, without conversions or format specifications. */
final class BraceFormat {

  private BraceFormat() {}

  static String format(String format, Arguments arguments) {
    Text out = new Text(arguments.bounds());
    int next = 0;
    int i = 0;
    while (i < format.length()) {
      char c = format.charAt(i);
      if (c != '{' && c != '}') {
        out.append(c);
        i++;
      } else if (i + 1 < format.length() && format.charAt(i + 1) == c) {
        out.append(c);
        i += 2;
      } else {
        int close = c == '{' ? format.indexOf('}', i) : -1;
        if (close < 0) {
          throw new TemplateException("Single '" + c + "' encountered in format string");
        }
        String key = format.substring(i + 1, close);
        out.append(Repr.str(arguments.bounds(), field(key, next, arguments)));
        next += key.isEmpty() ? 1 : 0;
        i = close + 1;
      }
    }
    return out.toString();
  }

  private static Object field(String key, int next, Arguments arguments) {
    boolean number = key.chars().allMatch(c -> c >= '0' && c <= '9');
    if (number) {
      Long index = key.isEmpty() ? Long.valueOf(next) : Numbers.whole(key);
      if (index == null || index >= arguments.positional().size()) {
        throw new TemplateException(
            "Replacement index %s out of range for positional args tuple"
                .formatted(key.isEmpty() ? next : key));
      }
      return arguments.positional().get((int) (long) index);
    }
    if (key.chars().allMatch(c -> c == '_' || Character.isLetterOrDigit(c))) {
      return arguments.require(Integer.MAX_VALUE, key);
    }
    throw new TemplateException("format field {" + key + "} is not supported");
  }
}
