/**
 * A template engine for chat templates: the part of Jinja that Hugging Face models use, with
 * Python's meaning of values (see docs/adr/0003-chat-template-engine.md for why it is not a
 * library).
 *
 * <p>Start at {@link dev.fettle.jinja.JinjaTemplate}. In processing order: {@code Lexer} (text to
 * tokens, and Jinja's rules of white space), {@code StatementParser} and {@code ExpressionParser}
 * (tokens to {@code Statement} and {@code Expression}, which evaluate themselves), {@code Frame}
 * (variables), {@code Output} (text and generation spans). What an expression works on is plain
 * Java with Python's rules: {@code Values}, {@code Arithmetic}, {@code Attributes}, {@code Repr},
 * {@code Filters}, {@code Predicates}. What it costs is counted by {@code Bounds}, through {@code
 * Calls}, {@code Text}, {@code Items} and {@code PyDict}.
 *
 * <p>Not here: inheritance, includes and imports (a chat template is one file), autoescaping,
 * anything that reaches outside the template.
 */
@NullMarked
package dev.fettle.jinja;

import org.jspecify.annotations.NullMarked;
