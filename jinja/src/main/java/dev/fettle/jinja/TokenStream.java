package dev.fettle.jinja;

import java.util.List;

/** The tokens of a template, read from the front. */
final class TokenStream {

  private final List<Token> tokens;
  private int position;
  private int depth;

  TokenStream(List<Token> tokens) {
    this.tokens = tokens;
  }

  /** Goes into a bracket or tag. */
  void enter() {
    depth++;
    if (depth > Limits.DEEPEST_SOURCE) {
      throw new TemplateException(
          "more than " + Limits.DEEPEST_SOURCE + " tags or brackets in each other", peek().line());
    }
  }

  void leave() {
    depth--;
  }

  Token peek() {
    return tokens.get(position);
  }

  /** The token {@code ahead} places after the next one. */
  Token peek(int ahead) {
    return tokens.get(Math.min(position + ahead, tokens.size() - 1));
  }

  Token next() {
    Token token = peek();
    if (position < tokens.size() - 1) {
      position++;
    }
    return token;
  }

  boolean skipName(String name) {
    return skipIf(peek().isName(name));
  }

  boolean skipOperator(String operator) {
    return skipIf(peek().isOperator(operator));
  }

  private boolean skipIf(boolean condition) {
    if (condition) {
      next();
    }
    return condition;
  }

  void expectOperator(String operator) {
    if (!skipOperator(operator)) {
      throw unexpected("'" + operator + "'");
    }
  }

  Token expect(Token.Kind kind) {
    if (peek().kind() != kind) {
      throw unexpected(kind == Token.Kind.NAME ? "a name" : new Token(kind, "", 0).described());
    }
    return next();
  }

  TemplateException unexpected(String wanted) {
    return new TemplateException(
        "expected " + wanted + ", got " + peek().described(), peek().line());
  }
}
