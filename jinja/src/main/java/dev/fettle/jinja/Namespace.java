package dev.fettle.jinja;

import java.util.Map;

/**
 * What {@code namespace()} makes: the one object a template may change, also from inside a loop. It
 * is equal to itself alone, so one that holds itself can be compared.
 */
final class Namespace {

  private final Map<String, Object> values;

  Namespace(Map<String, Object> values) {
    this.values = values;
  }

  Map<String, Object> values() {
    return values;
  }
}
