package dev.fettle.jinja;

import dev.fettle.jinja.Statement.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tags and the text between them. */
final class StatementParser {

  private final TokenStream tokens;
  private final ExpressionParser expressions;
  private int loops;

  private StatementParser(TokenStream tokens) {
    this.tokens = tokens;
    this.expressions = new ExpressionParser(tokens);
  }

  /** A whole template. */
  static List<Statement> parse(String source) {
    StatementParser parser = new StatementParser(new TokenStream(Lexer.tokens(source)));
    try {
      List<Statement> statements = parser.body(Set.of(), 0);
      parser.tokens.expect(Token.Kind.END);
      return statements;
    } catch (StackOverflowError e) {
      throw TemplateException.unforeseen(e).at(parser.tokens.peek().line());
    }
  }

  /**
   * Statements up to a tag of one of the names (which is left to read), or the end of the template
   * where there are none.
   *
   * @param opened the line of the tag whose body this is, for the message where its end is missing
   */
  private List<Statement> body(Set<String> ends, int opened) {
    tokens.enter();
    List<Statement> statements = statements(ends, opened);
    tokens.leave();
    return statements;
  }

  private List<Statement> statements(Set<String> ends, int opened) {
    List<Statement> statements = new ArrayList<>();
    while (true) {
      Token token = tokens.peek();
      switch (token.kind()) {
        case DATA -> statements.add(new Statement.Text(token.line(), tokens.next().text()));
        case PRINT_BEGIN -> statements.add(print());
        case BLOCK_BEGIN -> {
          if (ends.contains(tokens.peek(1).text())) {
            tokens.next();
            return statements;
          }
          statements.add(tag());
        }
        case END -> {
          if (ends.isEmpty()) {
            return statements;
          }
          throw new TemplateException(
              "the tag is not closed: expected " + String.join(" or ", sorted(ends)), opened);
        }
        default -> throw tokens.unexpected("a tag or text");
      }
    }
  }

  private static List<String> sorted(Set<String> names) {
    return names.stream().sorted().toList();
  }

  private Statement print() {
    int line = tokens.next().line();
    Expression value = expressions.tuple(true);
    tokens.expect(Token.Kind.PRINT_END);
    return new Statement.Print(line, value);
  }

  private Statement tag() {
    tokens.next();
    Token name = tokens.expect(Token.Kind.NAME);
    int line = name.line();
    return switch (name.text()) {
      case "if" -> ifTag(line);
      case "for" -> forTag(line);
      case "set" -> setTag(line);
      case "macro" -> macroTag(line);
      case "call" -> callTag(line);
      case "filter" -> new Statement.FilterBlock(line, filters(), block("endfilter", line));
      case "with" -> withTag(line);
      case "generation" -> new Statement.Generation(line, block("endgeneration", line));
      case "break" -> jump(line, Statement.Flow.BREAK);
      case "continue" -> jump(line, Statement.Flow.CONTINUE);
      case "do" ->
          throw new TemplateException("the tag 'do' is not available in chat templates", line);
      default ->
          throw new TemplateException("Encountered unknown tag '" + name.text() + "'.", line);
    };
  }

  /** The rest of the opening tag, the body, and the closing tag. */
  private List<Statement> block(String end, int line) {
    tokens.expect(Token.Kind.BLOCK_END);
    List<Statement> body = body(Set.of(end), line);
    tokens.next();
    if (tokens.peek().kind() == Token.Kind.NAME && end.equals("endmacro")) {
      tokens.next();
    }
    tokens.expect(Token.Kind.BLOCK_END);
    return body;
  }

  private Statement jump(int line, Statement.Flow flow) {
    tokens.expect(Token.Kind.BLOCK_END);
    if (loops == 0) {
      throw new TemplateException("'break' or 'continue' outside loop", line);
    }
    return new Statement.Jump(line, flow);
  }

  private Statement ifTag(int line) {
    List<Statement.Branch> branches = new ArrayList<>();
    int at = line;
    while (true) {
      Expression test = expressions.tuple(false);
      tokens.expect(Token.Kind.BLOCK_END);
      branches.add(new Statement.Branch(at, test, body(Set.of("elif", "else", "endif"), line)));
      Token next = tokens.next();
      if (next.isName("elif")) {
        at = next.line();
        continue;
      }
      List<Statement> otherwise = next.isName("else") ? block("endif", line) : close();
      return new Statement.If(line, branches, otherwise);
    }
  }

  private List<Statement> close() {
    tokens.expect(Token.Kind.BLOCK_END);
    return List.of();
  }

  private Statement forTag(int line) {
    Target target = target(false);
    if (!tokens.skipName("in")) {
      throw tokens.unexpected("'in'");
    }
    Expression items = expressions.tuple(false);
    Expression filter = tokens.skipName("if") ? expressions.expression() : null;
    if (tokens.peek().isName("recursive")) {
      throw new TemplateException("recursive loops are not supported", line);
    }
    tokens.expect(Token.Kind.BLOCK_END);
    loops++;
    List<Statement> body = body(Set.of("else", "endfor"), line);
    loops--;
    List<Statement> otherwise = tokens.next().isName("else") ? block("endfor", line) : close();
    return new Statement.For(line, target, items, filter, body, otherwise);
  }

  private Statement setTag(int line) {
    Target target = target(true);
    if (tokens.skipOperator("=")) {
      Expression value = expressions.tuple(true);
      tokens.expect(Token.Kind.BLOCK_END);
      return new Statement.Assign(line, target, value);
    }
    List<Statement.FilterCall> filters = tokens.skipOperator("|") ? filters() : List.of();
    return new Statement.AssignBlock(line, target, filters, block("endset", line));
  }

  /** {@code name | name(arguments)}. */
  private List<Statement.FilterCall> filters() {
    List<Statement.FilterCall> filters = new ArrayList<>();
    do {
      filters.add(expressions.filter());
    } while (tokens.skipOperator("|"));
    return filters;
  }

  private Target target(boolean namespaces) {
    List<Target> parts = new ArrayList<>();
    boolean several = false;
    do {
      if (tokens.skipOperator("(")) {
        tokens.enter();
        parts.add(target(namespaces));
        tokens.leave();
        tokens.expectOperator(")");
      } else if (tokens.peek().kind() == Token.Kind.NAME) {
        parts.add(variable(namespaces));
      } else {
        throw tokens.unexpected("a name");
      }
      several |= tokens.peek().isOperator(",");
    } while (tokens.skipOperator(",") && tokens.peek().kind() != Token.Kind.BLOCK_END);
    return several ? new Target.Unpacked(parts) : parts.get(0);
  }

  private Target variable(boolean namespaces) {
    String name = tokens.next().text();
    if (namespaces && tokens.skipOperator(".")) {
      return new Target.Member(name, tokens.expect(Token.Kind.NAME).text());
    }
    return new Target.Variable(name);
  }

  private Statement withTag(int line) {
    List<Statement.Assign> assigns = new ArrayList<>();
    while (tokens.peek().kind() != Token.Kind.BLOCK_END) {
      if (!assigns.isEmpty()) {
        tokens.expectOperator(",");
      }
      Target target = new Target.Variable(tokens.expect(Token.Kind.NAME).text());
      tokens.expectOperator("=");
      assigns.add(new Statement.Assign(line, target, expressions.expression()));
    }
    return new Statement.With(line, assigns, block("endwith", line));
  }

  private Statement macroTag(int line) {
    String name = tokens.expect(Token.Kind.NAME).text();
    List<Macro.Parameter> parameters = parameters();
    return macro(
        name,
        parameters,
        "endmacro",
        line,
        (signature, body) -> new Macro.Definition(line, signature, body));
  }

  private Statement callTag(int line) {
    List<Macro.Parameter> parameters = tokens.peek().isOperator("(") ? parameters() : List.of();
    Expression called = expressions.expression();
    if (!(called instanceof Expression.Call call)) {
      throw new TemplateException("expected a call after 'call'", line);
    }
    return macro(
        "caller",
        parameters,
        "endcall",
        line,
        (signature, body) -> new Macro.CallBlock(line, signature, call, body));
  }

  private interface MacroMaker {
    Statement make(Macro.Signature signature, List<Statement> body);
  }

  /**
   * Reads a body as a function's: loops around it do not reach in, and the extra arguments it uses
   * are noted.
   */
  private Statement macro(
      String name, List<Macro.Parameter> parameters, String end, int line, MacroMaker maker) {
    Set<String> before = expressions.takeNames();
    int outerLoops = loops;
    loops = 0;
    List<Statement> body = block(end, line);
    loops = outerLoops;
    Set<String> used = expressions.takeNames();
    expressions.addNames(before);
    expressions.addNames(used);
    return maker.make(
        new Macro.Signature(name, parameters, used.contains("varargs"), used.contains("kwargs")),
        body);
  }

  private List<Macro.Parameter> parameters() {
    List<Macro.Parameter> parameters = new ArrayList<>();
    tokens.expectOperator("(");
    while (!tokens.skipOperator(")")) {
      if (!parameters.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.skipOperator(")")) {
          break;
        }
      }
      String name = tokens.expect(Token.Kind.NAME).text();
      @Nullable Expression otherwise = tokens.skipOperator("=") ? expressions.expression() : null;
      parameters.add(new Macro.Parameter(name, otherwise));
    }
    return parameters;
  }
}
