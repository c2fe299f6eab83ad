package dev.fettle.settings;

import dev.fettle.settings.Presence.Otherwise;
import dev.fettle.settings.Presence.SameAs;
import dev.fettle.settings.Presence.Unless;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Documents the keys of a table in Markdown. */
public final class KeyPage {
  private static final String HEADER = "| Key | Type | Default | Meaning |\n|---|---|---|---|\n";

  private KeyPage() {}

  /** A heading and a table for each key at the top: a section's keys, or the one key itself. */
  public static String keys(Keys<?> root) {
    StringBuilder page = new StringBuilder();
    List<KeyRow> rows = root.rows("");
    for (KeyRow top : rows) {
      if (top.path().contains(".")) {
        continue;
      }
      boolean section = top.key().below().isPresent();
      page.append("### `").append(top.path()).append("`\n\n");
      if (section) {
        page.append(sentence(top.key().meaning())).append("\n\n");
      }
      page.append(HEADER);
      String prefix = top.path() + ".";
      rows.stream()
          .filter(r -> section ? r.path().startsWith(prefix) : r.equals(top))
          .filter(KeyPage::isListed)
          .forEach(r -> page.append(row(r)));
      page.append('\n');
    }
    return page.toString();
  }

  /** One table of all keys of a section that stands in others. */
  public static String table(Keys<?> section) {
    StringBuilder page = new StringBuilder(HEADER);
    section.rows("").stream().filter(KeyPage::isListed).forEach(r -> page.append(row(r)));
    return page.append('\n').toString();
  }

  private static String sentence(String meaning) {
    return meaning.substring(0, 1).toUpperCase(Locale.ROOT) + meaning.substring(1) + ".";
  }

  /** A section is told by its keys, unless it can be absent, or a value stand in its place. */
  private static boolean isListed(KeyRow row) {
    Kind<?> kind = row.key().kind();
    return row.key().below().isEmpty()
        || kind instanceof OptionalKind<?>
        || kind instanceof ShortSectionKind<?>;
  }

  private static String row(KeyRow row) {
    Key<?> key = row.key();
    String only = row.type().isEmpty() ? "" : "`" + row.type() + "`: ";
    return cells("`" + row.path() + "`", key.kind().column(), missing(key), only + key.meaning());
  }

  private static String cells(String... cells) {
    return "| " + String.join(" | ", cells) + " |\n";
  }

  private static <T> String missing(Key<T> key) {
    if (key.presence() instanceof Otherwise<T> o) {
      return o.words().isEmpty() ? shown(key, o.value()) : o.words();
    }
    if (key.presence() instanceof SameAs<T> same) {
      return "`" + same.key() + "`";
    }
    return key.presence() instanceof Unless<T> u ? "required, or `" + u.other() + "`" : "required";
  }

  private static <T> String shown(Key<T> key, T value) {
    if (value instanceof Optional<?>) {
      return "none";
    }
    Object plain = key.kind().plain(value);
    if (plain instanceof Collection<?> c) {
      List<String> items = c.stream().map(KeyPage::text).toList();
      return items.isEmpty() ? "none" : "`" + items + "`";
    }
    if (plain instanceof Map<?, ?> map) {
      return map.isEmpty() ? "none" : "`" + map + "`";
    }
    return plain instanceof String ? "`" + plain + "`" : text(plain);
  }

  private static String text(Object plain) {
    return plain instanceof Double d ? Range.plain(d) : plain.toString();
  }

  /** A table of the names other trainers have, in the order of the keys that answer to them. */
  public static String otherNames(Keys<?> root) {
    StringBuilder table = new StringBuilder("| There | Here |\n|---|---|\n");
    // A key of several algorithms is told once.
    Map<String, Set<String>> byPath = new LinkedHashMap<>();
    for (KeyRow row : root.rows("")) {
      byPath.computeIfAbsent(row.path(), p -> new LinkedHashSet<>()).addAll(row.key().also());
    }
    byPath.values().removeIf(Set::isEmpty);
    byPath.forEach((path, names) -> table.append(cells(names(names), "`" + path + "`")));
    Map<String, List<String>> bySentence = new LinkedHashMap<>();
    for (Note note : root.notes()) {
      bySentence.computeIfAbsent(note.sentence(), s -> new ArrayList<>()).add(note.name());
    }
    bySentence.forEach((sentence, names) -> table.append(cells(names(names), sentence)));
    return table.toString();
  }

  private static String names(Collection<String> names) {
    return "`" + String.join("`, `", names) + "`";
  }
}
