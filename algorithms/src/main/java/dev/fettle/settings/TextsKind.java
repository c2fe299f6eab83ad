package dev.fettle.settings;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Names and texts, whatever the names are. */
final class TextsKind extends Kind<Map<String, String>> {

  @Override
  @Nullable Map<String, String> read(Entry entry) {
    if (!(entry.tree() instanceof ConfigTree.Branch branch)) {
      entry.wrong("names and texts, as in {name: text}");
      return null;
    }
    Map<String, String> texts = new LinkedHashMap<>();
    boolean good = true;
    for (Map.Entry<String, ConfigTree> e : branch.entries().entrySet()) {
      Entry item = entry.of(e.getValue());
      Optional<String> text = item.text();
      text.ifPresent(t -> texts.put(e.getKey(), t));
      if (text.isEmpty()) {
        item.wrong("a text for " + e.getKey());
        good = false;
      }
    }
    return good ? texts : null;
  }

  @Override
  Object plain(Map<String, String> value) {
    return new LinkedHashMap<>(value);
  }

  @Override
  String expected() {
    return "names and texts";
  }

  @Override
  String many() {
    return "names and texts";
  }

  @Override
  String column() {
    return "names and texts";
  }

  @Override
  boolean fits(Type component) {
    return component instanceof ParameterizedType p
        && p.getRawType() == Map.class
        && Arrays.asList(p.getActualTypeArguments()).equals(List.of(String.class, String.class));
  }
}
