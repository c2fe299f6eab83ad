package dev.fettle.jinja;

import org.jspecify.annotations.Nullable;

/**
 * What a missing name or attribute evaluates to: empty where text or a truth is wanted, an error
 * where it is used.
 *
 * @param owner what was asked, or null for a plain name
 * @param key the name, attribute or index that is missing
 */
record Undefined(@Nullable Object owner, Object key) {

  static Undefined name(String name) {
    return new Undefined(null, name);
  }

  /** Jinja's wording. */
  String message() {
    if (owner == null) {
      return Repr.quoted(String.valueOf(key)) + " is undefined";
    }
    String type = owner == None.NONE ? "None" : Values.typeName(owner) + " object";
    if (key instanceof String attribute) {
      return Repr.quoted(type) + " has no attribute " + Repr.quoted(attribute);
    }
    return type + " has no element " + (key instanceof Number ? key : Values.typeName(key));
  }

  TemplateException error() {
    return new TemplateException(message());
  }
}
