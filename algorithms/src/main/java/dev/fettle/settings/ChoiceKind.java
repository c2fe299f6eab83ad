package dev.fettle.settings;

import dev.fettle.settings.ConfigTree.Leaf;
import java.lang.reflect.Type;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One of several names. */
final class ChoiceKind<T> extends Kind<T> {
  private final Choices<T> choices;

  ChoiceKind(Choices<T> choices) {
    this.choices = choices;
  }

  @Override
  @Nullable T read(Entry entry) {
    Optional<String> name = entry.text();
    Optional<T> chosen = name.flatMap(choices::named);
    if (chosen.isEmpty() && entry.tree() instanceof Leaf leaf && leaf.value() != null) {
      // True and TRUE are true; a constant given in code is itself.
      Object value = leaf.value();
      chosen = choices.named(value.toString()).or(() -> choices.among(value));
    }
    if (chosen.isEmpty()) {
      String near =
          name.flatMap(n -> Nearest.to(n, choices.names()))
              .map(n -> "; did you mean '" + n + "'?")
              .orElse("");
      entry.problem("expected " + expected() + ", got " + entry.tree().describe() + near);
    }
    return chosen.orElse(null);
  }

  @Override
  Object plain(T value) {
    return choices.nameOf(value);
  }

  @Override
  String expected() {
    return "one of " + String.join(", ", choices.names());
  }

  @Override
  String many() {
    return String.join(", ", choices.names());
  }

  @Override
  String column() {
    return choices.names().stream().collect(Collectors.joining("`, `", "`", "`"));
  }

  @Override
  String columns() {
    return column();
  }

  @Override
  boolean fits(Type component) {
    return holds(component, choices.type());
  }
}
