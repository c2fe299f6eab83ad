package dev.fettle.jinja;

import dev.fettle.jinja.Expression.CallArguments;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Expressions, from the loosest binding to the tightest: conditional, or, and, not, comparison,
 * {@code + -}, {@code ~}, {@code * / // %}, {@code **}, unary minus, then attributes, items, calls,
 * filters and tests.
 */
final class ExpressionParser {

  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", ">", "<=", ">=");
  private static final Expression LEFT_OUT = new Expression.Literal(None.NONE);

  /** No long has more digits, binary ones included; a few zeros in front are welcome. */
  private static final int LONGEST_INTEGER = 100;

  private final TokenStream tokens;
  private Set<String> names = new HashSet<>();

  ExpressionParser(TokenStream tokens) {
    this.tokens = tokens;
  }

  /** The names used since the last call: how a macro learns which extra arguments it takes. */
  Set<String> takeNames() {
    Set<String> taken = names;
    names = new HashSet<>();
    return taken;
  }

  void addNames(Set<String> more) {
    names.addAll(more);
  }

  /** An expression, or several with commas between them: a tuple. */
  Expression tuple(boolean conditional) {
    Expression first = conditional ? expression() : or();
    if (!tokens.peek().isOperator(",")) {
      return first;
    }
    List<Expression> items = new ArrayList<>(List.of(first));
    while (tokens.skipOperator(",") && !endsTuple()) {
      items.add(conditional ? expression() : or());
    }
    return new Expression.Sequence(items, true);
  }

  private boolean endsTuple() {
    Token token = tokens.peek();
    return token.kind() == Token.Kind.BLOCK_END
        || token.kind() == Token.Kind.PRINT_END
        || token.isOperator(")");
  }

  /** One expression, {@code a if b else c} included. */
  Expression expression() {
    Expression value = or();
    while (tokens.skipName("if")) {
      Expression test = or();
      tokens.enter();
      Expression otherwise = tokens.skipName("else") ? expression() : null;
      tokens.leave();
      value = new Expression.Conditional(test, value, otherwise);
    }
    return value;
  }

  private Expression or() {
    tokens.enter();
    Expression left = and();
    while (tokens.skipName("or")) {
      left = new Expression.Logical(false, left, and());
    }
    tokens.leave();
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (tokens.skipName("and")) {
      left = new Expression.Logical(true, left, not());
    }
    return left;
  }

  private Expression not() {
    if (!tokens.skipName("not")) {
      return comparison();
    }
    tokens.enter();
    Expression operand = not();
    tokens.leave();
    return new Expression.Not(operand);
  }

  private Expression comparison() {
    Expression first = sum();
    List<Expression.Operand> rest = new ArrayList<>();
    while (true) {
      Token token = tokens.peek();
      if (token.kind() == Token.Kind.OPERATOR && COMPARISONS.contains(token.text())) {
        tokens.next();
        rest.add(new Expression.Operand(token.text(), sum()));
      } else if (tokens.skipName("in")) {
        rest.add(new Expression.Operand("in", sum()));
      } else if (token.isName("not") && tokens.peek(1).isName("in")) {
        tokens.next();
        tokens.next();
        rest.add(new Expression.Operand("not in", sum()));
      } else {
        return rest.isEmpty() ? first : new Expression.Comparison(first, rest);
      }
    }
  }

  private Expression sum() {
    Expression left = concat();
    while (tokens.peek().isOperator("+") || tokens.peek().isOperator("-")) {
      left = new Expression.Binary(tokens.next().text(), left, concat());
    }
    return left;
  }

  private Expression concat() {
    Expression first = product();
    if (!tokens.peek().isOperator("~")) {
      return first;
    }
    List<Expression> parts = new ArrayList<>(List.of(first));
    while (tokens.skipOperator("~")) {
      parts.add(product());
    }
    return new Expression.Concat(parts);
  }

  private Expression product() {
    Expression left = power();
    while (tokens.peek().kind() == Token.Kind.OPERATOR
        && Set.of("*", "/", "//", "%").contains(tokens.peek().text())) {
      left = new Expression.Binary(tokens.next().text(), left, power());
    }
    return left;
  }

  private Expression power() {
    Expression left = unary(true);
    while (tokens.skipOperator("**")) {
      left = new Expression.Binary("**", left, unary(true));
    }
    return left;
  }

  private Expression unary(boolean withFilters) {
    Expression value;
    tokens.enter();
    if (tokens.skipOperator("-")) {
      value = new Expression.Negative(unary(false));
    } else if (tokens.skipOperator("+")) {
      value = unary(false);
    } else {
      value = primary();
    }
    tokens.leave();
    value = postfix(value);
    return withFilters ? filters(value) : value;
  }

  private Expression primary() {
    Token token = tokens.next();
    return switch (token.kind()) {
      case NAME -> name(token.text());
      case STRING -> string(token);
      case INTEGER -> new Expression.Literal(integer(token));
      case FLOAT -> new Expression.Literal(Double.parseDouble(token.text()));
      case OPERATOR -> bracketed(token);
      default ->
          throw new TemplateException(
              "expected an expression, got " + token.described(), token.line());
    };
  }

  private Expression name(String name) {
    return switch (name) {
      case "true", "True" -> new Expression.Literal(true);
      case "false", "False" -> new Expression.Literal(false);
      case "none", "None" -> LEFT_OUT;
      default -> {
        names.add(name);
        yield new Expression.Name(name);
      }
    };
  }

  /** Strings side by side are one string. */
  private Expression string(Token first) {
    StringBuilder text = new StringBuilder(first.text());
    while (tokens.peek().kind() == Token.Kind.STRING) {
      text.append(tokens.next().text());
    }
    return new Expression.Literal(text.toString());
  }

  private static Long integer(Token token) {
    String text = token.text();
    if (text.length() > LONGEST_INTEGER) {
      throw new TemplateException("integer too large: " + text, token.line());
    }
    try {
      if (text.length() > 2 && Character.isLetter(text.charAt(1))) {
        int radix =
            "bB".indexOf(text.charAt(1)) >= 0 ? 2 : "oO".indexOf(text.charAt(1)) >= 0 ? 8 : 16;
        return new BigInteger(text.substring(2), radix).longValueExact();
      }
      return Long.parseLong(text);
    } catch (ArithmeticException | NumberFormatException e) {
      throw new TemplateException("integer too large: " + text, token.line());
    }
  }

  private Expression bracketed(Token token) {
    return switch (token.text()) {
      case "(" -> {
        if (tokens.skipOperator(")")) {
          yield new Expression.Sequence(List.of(), true);
        }
        Expression inner = tuple(true);
        tokens.expectOperator(")");
        yield inner;
      }
      case "[" -> new Expression.Sequence(items("]"), false);
      case "{" -> dictionary();
      default ->
          throw new TemplateException(
              "expected an expression, got " + token.described(), token.line());
    };
  }

  private List<Expression> items(String end) {
    List<Expression> items = new ArrayList<>();
    while (!tokens.skipOperator(end)) {
      if (!items.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.skipOperator(end)) {
          break;
        }
      }
      items.add(expression());
    }
    return items;
  }

  private Expression dictionary() {
    List<Expression.Entry> entries = new ArrayList<>();
    while (!tokens.skipOperator("}")) {
      if (!entries.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.skipOperator("}")) {
          break;
        }
      }
      Expression key = expression();
      tokens.expectOperator(":");
      entries.add(new Expression.Entry(key, expression()));
    }
    return new Expression.Dictionary(entries);
  }

  private Expression postfix(Expression start) {
    Expression value = start;
    while (true) {
      if (tokens.skipOperator(".")) {
        Token token = tokens.next();
        value =
            switch (token.kind()) {
              case NAME -> new Expression.Attribute(value, token.text());
              case INTEGER -> new Expression.Item(value, new Expression.Literal(integer(token)));
              default ->
                  throw new TemplateException("expected a name or number after '.'", token.line());
            };
      } else if (tokens.skipOperator("[")) {
        value = subscript(value);
      } else if (tokens.peek().isOperator("(")) {
        value = new Expression.Call(value, arguments());
      } else {
        return value;
      }
    }
  }

  private Expression subscript(Expression owner) {
    Expression first = tokens.peek().isOperator(":") ? LEFT_OUT : expression();
    if (!tokens.skipOperator(":")) {
      tokens.expectOperator("]");
      return new Expression.Item(owner, first);
    }
    Expression stop = slicePart();
    Expression step = tokens.skipOperator(":") ? slicePart() : LEFT_OUT;
    tokens.expectOperator("]");
    return new Expression.Slice(owner, first, stop, step);
  }

  private Expression slicePart() {
    return tokens.peek().isOperator(":") || tokens.peek().isOperator("]") ? LEFT_OUT : expression();
  }

  /** Filters, tests, and calls of what they give. */
  Expression filters(Expression start) {
    Expression value = start;
    while (true) {
      if (tokens.skipOperator("|")) {
        Statement.FilterCall filter = filter();
        value = new Expression.Filtered(value, filter.name(), filter.arguments());
      } else if (tokens.skipName("is")) {
        value = test(value);
      } else if (tokens.peek().isOperator("(")) {
        value = new Expression.Call(value, arguments());
      } else {
        return value;
      }
    }
  }

  /** A filter's name and arguments, after the bar. */
  Statement.FilterCall filter() {
    String name = dottedName();
    return new Statement.FilterCall(
        name, tokens.peek().isOperator("(") ? arguments() : CallArguments.NONE);
  }

  private String dottedName() {
    StringBuilder name = new StringBuilder(tokens.expect(Token.Kind.NAME).text());
    while (tokens.skipOperator(".")) {
      name.append('.').append(tokens.expect(Token.Kind.NAME).text());
    }
    return name.toString();
  }

  private Expression test(Expression value) {
    boolean negated = tokens.skipName("not");
    String name = dottedName();
    CallArguments arguments = CallArguments.NONE;
    if (tokens.peek().isOperator("(")) {
      arguments = arguments();
    } else if (startsOperand(tokens.peek())) {
      arguments = new CallArguments(List.of(postfix(primary())), Map.of(), null, null);
    }
    Expression tested = new Expression.Tested(value, name, arguments);
    return negated ? new Expression.Not(tested) : tested;
  }

  /** Whether a test's argument without brackets follows, as in {@code is divisibleby 3}. */
  private static boolean startsOperand(Token token) {
    return switch (token.kind()) {
      case NAME -> !Set.of("else", "or", "and", "if", "is", "in", "not").contains(token.text());
      case STRING, INTEGER, FLOAT -> true;
      case OPERATOR -> token.isOperator("[") || token.isOperator("{");
      default -> false;
    };
  }

  /** {@code (a, b=c, *d, **e)}. */
  CallArguments arguments() {
    tokens.expectOperator("(");
    List<Expression> positional = new ArrayList<>();
    Map<String, Expression> named = new LinkedHashMap<>();
    @Nullable Expression spread = null;
    @Nullable Expression spreadNamed = null;
    boolean first = true;
    while (!tokens.skipOperator(")")) {
      if (!first) {
        tokens.expectOperator(",");
        if (tokens.skipOperator(")")) {
          break;
        }
      }
      first = false;
      if (tokens.skipOperator("*")) {
        spread = expression();
      } else if (tokens.skipOperator("**")) {
        spreadNamed = expression();
      } else if (tokens.peek().kind() == Token.Kind.NAME && tokens.peek(1).isOperator("=")) {
        String name = tokens.next().text();
        tokens.next();
        named.put(name, expression());
      } else {
        positional.add(expression());
      }
    }
    return new CallArguments(positional, named, spread, spreadNamed);
  }
}
