package dev.fettle.jinja;

/**
 * A piece of a template.
 *
 * @param kind what it is
 * @param text its text; for a string, with escapes resolved
 * @param line where it starts, from 1
 */
record Token(Kind kind, String text, int line) {

  enum Kind {
    DATA,
    BLOCK_BEGIN,
    BLOCK_END,
    PRINT_BEGIN,
    PRINT_END,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    END
  }

  boolean isName(String name) {
    return kind == Kind.NAME && text.equals(name);
  }

  boolean isOperator(String operator) {
    return kind == Kind.OPERATOR && text.equals(operator);
  }

  /** How a message calls it. */
  String described() {
    return switch (kind) {
      case DATA -> "template text";
      case BLOCK_BEGIN -> "'{%'";
      case BLOCK_END -> "'%}'";
      case PRINT_BEGIN -> "'{{'";
      case PRINT_END -> "'}}'";
      case END -> "end of template";
      case STRING -> "string '" + text + "'";
      default -> "'" + text + "'";
    };
  }
}
