package dev.fettle.harness.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/config.md lists the keys the reader knows, all of them and no others. */
class DocumentationTest {
  private static final Path PAGE =
      Path.of(System.getProperty("fettle.root", ".."), "docs", "config.md");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-zA-Z.]+)` \\|");

  @Test
  void everyKeyIsDocumented() throws IOException {
    Set<String> documented = new TreeSet<>();
    Matcher row = ROW.matcher(Files.readString(PAGE));
    while (row.find()) {
      documented.add(row.group(1));
    }
    Set<String> known = known("adamw");
    known.addAll(known("sgd"));
    assertThat(documented).isEqualTo(known);
  }

  /** The keys asked for with one type of optimizer, sections left out. */
  private static Set<String> known(String optimizer) {
    Problems problems = new Problems();
    Place place = new Place.Code();
    ConfigTree.Keys root = new ConfigTree.Keys(place, new LinkedHashMap<>());
    Overrides.put(root, "optimizer.type", new ConfigTree.Leaf(place, optimizer), problems);
    Section.Context context = new Section.Context(problems, Path.of("").toAbsolutePath());
    new Sections(new Section(context, "", root)).read("x");
    Set<String> keys = new TreeSet<>(problems.known());
    keys.removeIf(k -> problems.known().stream().anyMatch(other -> other.startsWith(k + ".")));
    return keys;
  }
}
