package dev.fettle.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into tokens, with the settings chat templates are written for: {@code
 * trim_blocks} (the newline after a block is dropped), {@code lstrip_blocks} (the white space
 * before a block that starts its line is dropped), and the last newline of the template dropped.
 */
final class Lexer {

  private static final Pattern RAW_BEGIN =
      Pattern.compile(
          "\\{%[-+]?\\s*+raw\\s*+(?:(-)%\\}\\s*+|%\\})", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern RAW_END =
      Pattern.compile(
          "\\{%([-+]?)\\s*+endraw\\s*+(?:\\+%\\}|-%\\}\\s*+|%\\}\\n?)",
          Pattern.UNICODE_CHARACTER_CLASS);

  private static final Set<String> OPERATORS_OF_TWO = Set.of("**", "//", "==", "!=", ">=", "<=");
  private static final String OPERATORS_OF_ONE = "+-/*%~[](){}><=.:|,;";
  private static final Pattern NUMBER =
      Pattern.compile(
          "0[bB][01_]++|0[oO][0-7_]++|0[xX][0-9a-fA-F_]++"
              + "|(?<real>[0-9_]++(?:\\.[0-9_]++)?[eE][+-]?[0-9]++|[0-9_]++\\.[0-9_]++)"
              + "|[0-9_]++");

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int position;
  private int line = 1;

  private Lexer(String source) {
    this.source = source;
  }

  /** Always ends with a token of kind END. */
  static List<Token> tokens(String template) {
    String source = template.replace("\r\n", "\n").replace('\r', '\n');
    if (source.endsWith("\n")) {
      source = source.substring(0, source.length() - 1);
    }
    Lexer lexer = new Lexer(source);
    try {
      return lexer.run();
    } catch (StackOverflowError e) {
      throw TemplateException.unforeseen(e).at(lexer.line);
    }
  }

  private List<Token> run() {
    boolean lineStart = true;
    while (position < source.length()) {
      int tag = nextTag();
      if (tag < 0) {
        data(source.substring(position));
        advance(source.length());
        break;
      }
      char kind = source.charAt(tag + 1);
      char sign = tag + 2 < source.length() ? source.charAt(tag + 2) : ' ';
      data(before(source.substring(position, tag), kind, sign, lineStart));
      advance(tag);
      switch (kind) {
        case '#' -> comment();
        case '%' -> block(sign);
        default -> print(sign);
      }
      lineStart = source.charAt(position - 1) == '\n';
    }
    tokens.add(new Token(Token.Kind.END, "", line));
    return tokens;
  }

  /** Where the next tag opens. */
  private int nextTag() {
    for (int at = source.indexOf('{', position); at >= 0; at = source.indexOf('{', at + 1)) {
      if (at + 1 < source.length() && "{%#".indexOf(source.charAt(at + 1)) >= 0) {
        return at;
      }
    }
    return -1;
  }

  /** The text before a tag, less the white space the tag takes away. */
  private static String before(String text, char kind, char sign, boolean lineStart) {
    if (sign == '-') {
      return PyText.rstrip(text);
    }
    if (sign == '+' || kind == '{') {
      return text;
    }
    int start = text.lastIndexOf('\n') + 1;
    boolean ownLine = start > 0 || lineStart;
    return ownLine && PyText.strip(text.substring(start)).isEmpty()
        ? text.substring(0, start)
        : text;
  }

  private void data(String text) {
    if (!text.isEmpty()) {
      tokens.add(new Token(Token.Kind.DATA, text, line));
    }
  }

  private void comment() {
    int end = source.indexOf("#}", position + 2);
    if (end < 0) {
      throw new TemplateException("Missing end of comment tag", line);
    }
    closeBlock(source.charAt(end - 1), end + 2);
  }

  private void block(char sign) {
    Matcher raw = RAW_BEGIN.matcher(source).region(position, source.length());
    if (raw.lookingAt()) {
      raw(raw.end(), raw.group(1) != null);
      return;
    }
    open(Token.Kind.BLOCK_BEGIN, sign);
    char closing = new ExpressionLexer("%}").run();
    tokens.add(new Token(Token.Kind.BLOCK_END, "%}", line));
    closeBlock(closing, position);
  }

  /** Text up to {@code endraw}, whatever it looks like. */
  private void raw(int from, boolean strip) {
    Matcher end = RAW_END.matcher(source);
    if (!end.find(from)) {
      throw new TemplateException("Missing end of raw directive", line);
    }
    String text = source.substring(from, end.start());
    text = strip ? PyText.lstrip(text) : text;
    data(before(text, '%', end.group(1).isEmpty() ? ' ' : end.group(1).charAt(0), false));
    advance(end.end());
  }

  private void print(char sign) {
    open(Token.Kind.PRINT_BEGIN, sign);
    char closing = new ExpressionLexer("}}").run();
    tokens.add(new Token(Token.Kind.PRINT_END, "}}", line));
    if (closing == '-') {
      skipSpace();
    }
  }

  private void open(Token.Kind kind, char sign) {
    tokens.add(new Token(kind, "", line));
    position += sign == '-' || sign == '+' ? 3 : 2;
  }

  /**
   * After the end of a block or comment: {@code -} takes all white space, {@code +} none, else one
   * newline goes.
   */
  private void closeBlock(char sign, int end) {
    advance(end);
    if (sign == '-') {
      skipSpace();
    } else if (sign != '+' && position < source.length() && source.charAt(position) == '\n') {
      advance(position + 1);
    }
  }

  private void skipSpace() {
    int end = position;
    while (end < source.length() && PyText.isSpace(source.charAt(end))) {
      end++;
    }
    advance(end);
  }

  private void advance(int end) {
    for (int i = position; i < end; i++) {
      if (source.charAt(i) == '\n') {
        line++;
      }
    }
    position = end;
  }

  /** The inside of a tag, up to and including its end. */
  private final class ExpressionLexer {
    private final String end;
    private int depth;

    ExpressionLexer(String end) {
      this.end = end;
    }

    /** The sign before the closing bracket, or a space. */
    char run() {
      while (position < source.length()) {
        char c = source.charAt(position);
        if (depth == 0 && closes(c)) {
          boolean signed = c == '-' || c == '+';
          position += signed ? 3 : 2;
          return signed ? c : ' ';
        }
        if (PyText.isSpace(c)) {
          advance(position + 1);
        } else if (c == '"' || c == '\'') {
          string(c);
        } else if (c >= '0' && c <= '9') {
          number();
        } else if (Character.isUnicodeIdentifierStart(source.codePointAt(position)) || c == '_') {
          name();
        } else {
          operator(c);
        }
      }
      throw new TemplateException("unexpected end of template, expected '" + end + "'", line);
    }

    private boolean closes(char c) {
      if (source.startsWith(end, position)) {
        return true;
      }
      boolean signed = c == '-' || (c == '+' && end.equals("%}"));
      return signed && source.startsWith(end, position + 1);
    }

    private void name() {
      int stop = position;
      while (stop < source.length()
          && Character.isUnicodeIdentifierPart(source.codePointAt(stop))) {
        stop += Character.charCount(source.codePointAt(stop));
      }
      take(Token.Kind.NAME, stop);
    }

    private void number() {
      Matcher matcher = NUMBER.matcher(source).region(position, source.length());
      if (!matcher.lookingAt()) {
        throw new TemplateException("not a number", line);
      }
      String text = matcher.group().replace("_", "");
      boolean real = matcher.group("real") != null;
      tokens.add(new Token(real ? Token.Kind.FLOAT : Token.Kind.INTEGER, text, line));
      position = matcher.end();
    }

    private void string(char quote) {
      int stop = position + 1;
      while (stop < source.length() && source.charAt(stop) != quote) {
        stop += source.charAt(stop) == '\\' ? 2 : 1;
      }
      if (stop >= source.length()) {
        throw new TemplateException("a string is not closed", line);
      }
      String text;
      try {
        text = Escapes.resolve(source.substring(position + 1, stop));
      } catch (TemplateException e) {
        throw e.at(line);
      }
      tokens.add(new Token(Token.Kind.STRING, text, line));
      advance(stop + 1);
    }

    private void operator(char c) {
      if (position + 1 < source.length()
          && OPERATORS_OF_TWO.contains(source.substring(position, position + 2))) {
        take(Token.Kind.OPERATOR, position + 2);
        return;
      }
      if (OPERATORS_OF_ONE.indexOf(c) < 0) {
        String character = Character.toString(source.codePointAt(position));
        throw new TemplateException("unexpected char '" + character + "'", line);
      }
      if ("([{".indexOf(c) >= 0) {
        depth++;
      } else if (")]}".indexOf(c) >= 0) {
        depth--;
        if (depth < 0) {
          throw new TemplateException("unexpected '" + c + "'", line);
        }
      }
      take(Token.Kind.OPERATOR, position + 1);
    }

    private void take(Token.Kind kind, int stop) {
      tokens.add(new Token(kind, source.substring(position, stop), line));
      advance(stop);
    }
  }
}
