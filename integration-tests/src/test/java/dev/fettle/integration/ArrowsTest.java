package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The arrows between the modules, checked on compiled classes. The build's dependency lists forbid
 * most of this already; this test also sees what arrives through a library or through a scope that
 * is too wide.
 */
class ArrowsTest {

  /** What each module may use of the others. A module that is not a key here fails the test. */
  private static final Map<String, Set<String>> ALLOWED =
      Map.ofEntries(
          Map.entry("api", Set.of()),
          Map.entry("files", Set.of()),
          Map.entry("jinja", Set.of()),
          Map.entry("tokenizer", Set.of("files", "jinja")),
          Map.entry("backend-reference", Set.of("api")),
          Map.entry("backend-tck", Set.of("api", "backend-reference")),
          Map.entry("backend-tensorflow", Set.of("api")),
          Map.entry("backend-onnxruntime", Set.of("api")),
          Map.entry("models", Set.of("api", "files")),
          Map.entry("algorithms", Set.of("api", "files", "models", "tokenizer")),
          Map.entry("parquet", Set.of("api", "algorithms")),
          Map.entry("harness", Set.of("api", "files", "models", "tokenizer", "algorithms")),
          Map.entry("cli", Set.of("api", "models", "tokenizer", "algorithms", "harness")));

  /** The same for the rooms of dev.fettle.data, which rows go through one after the other. */
  private static final Map<String, Set<String>> DATA_ROOMS =
      Map.of(
          "read", Set.of(),
          "", Set.of("read"),
          "store", Set.of("read", ""),
          "encode", Set.of("read", "", "store"),
          "pack", Set.of("read", ""),
          "batch", Set.of("read", "", "pack"),
          "preference", Set.of("read", "", "store", "encode", "pack", "batch"));

  /** A class file's module: the folder that holds its target, or the jar it was published in. */
  private static final Pattern MODULE =
      Pattern.compile(
          "(?:/(?<folder>[a-z-]+)/target/(?:fast/)?(?:classes/|fettle-))"
              + "|(?:/fettle-(?<jar>[a-z-]+?)-\\d[^/]*\\.jar!)");

  private static final Pattern DATA_ROOM = Pattern.compile("dev[.]fettle[.]data(?:[.](\\w+))?");

  private final JavaClasses classes =
      new ClassFileImporter()
          .withImportOption(location -> !location.contains("/test-classes/"))
          .importPackages("dev.fettle");

  @Test
  void everyModuleWasRead() {
    Set<String> seen = new TreeSet<>();
    classes.forEach(c -> module(c).ifPresent(seen::add));
    assertThat(seen).contains("api", "models", "algorithms", "harness", "backend-reference");
  }

  @Test
  void modulesFollowTheArrows() {
    List<String> wrong = new ArrayList<>();
    for (JavaClass c : classes) {
      String from =
          module(c).orElseThrow(() -> new AssertionError("no module for " + c.getSource()));
      Set<String> allowed = ALLOWED.get(from);
      if (allowed == null) {
        wrong.add(c.getName() + " is in module " + from + ", for which ArrowsTest has no rule");
        continue;
      }
      for (Dependency d : c.getDirectDependenciesFromSelf()) {
        module(d.getTargetClass())
            .filter(to -> !to.equals(from) && !allowed.contains(to))
            .ifPresent(to -> wrong.add(from + " must not use " + to + ": " + d.getDescription()));
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void apiUsesOnlyTheJdkAndJSpecify() {
    List<String> wrong = new ArrayList<>();
    for (JavaClass c : classes) {
      if (!module(c).equals(Optional.of("api"))) {
        continue;
      }
      for (Dependency d : c.getDirectDependenciesFromSelf()) {
        String to = d.getTargetClass().getBaseComponentType().getName();
        boolean primitive = d.getTargetClass().getBaseComponentType().isPrimitive();
        if (!primitive
            && !to.startsWith("java.")
            && !to.startsWith("com.sun.management.")
            && !to.startsWith("org.jspecify.")
            && !module(d.getTargetClass()).equals(Optional.of("api"))) {
          wrong.add(d.getDescription());
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  /** Each algorithm has a package below dev.fettle.algorithm, which nothing it is run by names. */
  @Test
  void nothingThatRunsAlgorithmsNamesOne() {
    Pattern shared =
        Pattern.compile(
            "dev[.]fettle[.](data|objective|optim|train|checkpoint|metrics|settings|algorithm"
                + "|harness[.](config|run|model|score|wiring|compare))([.](?!algorithm[.]).*)?");
    Pattern concrete = Pattern.compile("dev[.]fettle[.]algorithm[.].+");
    List<String> wrong = new ArrayList<>();
    for (JavaClass c : classes) {
      String from = c.getPackageName();
      if (!shared.matcher(from).matches() || concrete.matcher(from).matches()) {
        continue;
      }
      for (Dependency d : c.getDirectDependenciesFromSelf()) {
        if (concrete
            .matcher(d.getTargetClass().getBaseComponentType().getPackageName())
            .matches()) {
          wrong.add(d.getDescription());
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void theRoomsOfDataHaveNoCycle() {
    List<String> wrong = new ArrayList<>();
    for (JavaClass c : classes) {
      Optional<String> from = dataRoom(c);
      if (from.isEmpty()) {
        continue;
      }
      Set<String> allowed = DATA_ROOMS.getOrDefault(from.get(), Set.of());
      for (Dependency d : c.getDirectDependenciesFromSelf()) {
        dataRoom(d.getTargetClass().getBaseComponentType())
            .filter(to -> !to.equals(from.get()) && !allowed.contains(to))
            .ifPresent(to -> wrong.add(d.getDescription()));
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static Optional<String> dataRoom(JavaClass c) {
    Matcher room = DATA_ROOM.matcher(c.getPackageName());
    return room.matches()
        ? Optional.of(Optional.ofNullable(room.group(1)).orElse(""))
        : Optional.empty();
  }

  @Test
  void onlyOneModuleHoldsAPackage() {
    Map<String, Set<String>> holders = new TreeMap<>();
    for (JavaClass c : classes) {
      module(c)
          .ifPresent(m -> holders.computeIfAbsent(c.getPackageName(), p -> new TreeSet<>()).add(m));
    }
    holders.values().removeIf(modules -> modules.size() == 1);
    assertThat(holders).isEmpty();
  }

  private static Optional<String> module(JavaClass c) {
    return c.getBaseComponentType()
        .getSource()
        .map(source -> MODULE.matcher(source.getUri().toString()))
        .filter(Matcher::find)
        .map(m -> m.group("folder") != null ? m.group("folder") : m.group("jar"));
  }
}
