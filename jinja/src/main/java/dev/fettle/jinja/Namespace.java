package dev.fettle.jinja;

import java.util.Map;

/**
 * What {@code namespace()} makes: the one object a template may change, also from inside a loop.
 */
record Namespace(Map<String, Object> values) {}
