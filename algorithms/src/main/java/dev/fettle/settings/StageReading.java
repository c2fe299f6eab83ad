package dev.fettle.settings;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The stages of one recipe as they are read, each with what it says and what it shares. */
final class StageReading<S> {

  /**
   * What is known of stages.
   *
   * @param keys of each
   * @param directory of a stage, by its name
   * @param finished the model in the directory of a stage
   * @param fits what is wrong with a reference
   */
  record Means<S>(
      Keys<S> keys,
      Function<String, Path> directory,
      Function<Path, Path> finished,
      Stages.Fit<S> fits) {}

  /** A reference with its place. */
  private record Use(StageUse use, Place place) {}

  private final Means<S> means;
  private final Path base;
  private final Map<String, ConfigTree.Branch> trees;
  private final List<String> names;
  private final Map<String, Set<String>> references = new LinkedHashMap<>();

  StageReading(Means<S> means, Path base, Map<String, ConfigTree.Branch> trees) {
    this.means = means;
    this.base = base;
    this.trees = new LinkedHashMap<>(trees);
    this.names = List.copyOf(trees.keySet());
    trees.forEach(
        (name, tree) -> {
          Set<String> all = new LinkedHashSet<>();
          texts(
              tree, "", leaf -> StageReference.of(leaf.text()).ifPresent(r -> all.add(r.stage())));
          references.put(name, all);
        });
  }

  /** The stages in their order; what is wrong with any is reported. */
  Map<String, Stages.Stage<S>> read(Problems problems) {
    Map<String, Problems> ofEach = new LinkedHashMap<>();
    Map<String, S> settings = new LinkedHashMap<>();
    Map<String, List<Use>> uses = new LinkedHashMap<>();
    for (String name : names) {
      Problems own = new Problems(new Glossary(means.keys()));
      InRecipe paths = new InRecipe(name, false);
      S read = read(name, paths, own);
      if (own.isEmpty()) {
        strays(name, paths, own);
      }
      ofEach.put(name, own);
      uses.put(name, paths.uses);
      if (read != null) {
        settings.put(name, read);
      }
    }
    uses.forEach((name, all) -> all.forEach(u -> fit(name, u, settings, ofEach)));
    problems.addStages(ofEach);
    Map<String, Stages.Stage<S>> stages = new LinkedHashMap<>();
    settings.forEach(
        (name, read) ->
            stages.put(
                name,
                new Stages.Stage<>(
                    read,
                    uses.getOrDefault(name, List.of()).stream().map(Use::use).toList(),
                    () -> settled(name))));
    return stages;
  }

  private @Nullable S read(String name, InRecipe paths, Problems problems) {
    ConfigTree.Branch tree = trees.getOrDefault(name, ConfigTree.Branch.empty(new Place.Code("")));
    Section section = new Section(new Section.Context(problems, base, paths), "", tree);
    S read = means.keys().read(section);
    section.done();
    return read;
  }

  private S settled(String name) {
    Problems own = new Problems(new Glossary(means.keys()));
    S read = read(name, new InRecipe(name, true), own);
    Problems problems = new Problems(new Glossary(means.keys()));
    problems.addStages(Map.of(name, own));
    problems.throwIfAny();
    if (read == null) {
      throw new IllegalStateException("settings are read unless a problem was found");
    }
    return read;
  }

  private void fit(String name, Use use, Map<String, S> settings, Map<String, Problems> problems) {
    S user = settings.get(name);
    S used = settings.get(use.use().stage());
    Problems own = problems.get(name);
    if (user != null && used != null && own != null) {
      means
          .fits()
          .problem(use.use(), user, used)
          .ifPresent(message -> own.add(use.place(), use.use().key(), message));
    }
  }

  /** References where no path is read. */
  private void strays(String name, InRecipe paths, Problems problems) {
    ConfigTree.Branch tree = trees.get(name);
    if (tree == null) {
      return;
    }
    texts(
        tree,
        "",
        leaf -> {
          Optional<StageReference> reference = StageReference.of(leaf.text());
          if (reference.isPresent()
              && names.contains(reference.get().stage())
              && !paths.followed.contains(leaf.tree())) {
            problems.add(
                leaf.tree().place(),
                leaf.key(),
                "is '"
                    + leaf.text()
                    + "', but a stage can stand only where a file or directory is wanted");
          }
        });
  }

  /** A text as it is written under a key. */
  private record Written(String key, ConfigTree.Leaf tree, String text) {}

  private static void texts(ConfigTree tree, String key, Consumer<Written> each) {
    if (tree instanceof ConfigTree.Branch branch) {
      branch.entries().forEach((name, below) -> texts(below, Problems.join(key, name), each));
    } else if (tree instanceof ConfigTree.Items items) {
      items.items().forEach(item -> texts(item, key, each));
    } else if (tree instanceof ConfigTree.Leaf leaf && leaf.value() instanceof String text) {
      each.accept(new Written(key, leaf, text));
    }
  }

  /** Ends a message about a name that no stage has. */
  static String like(String name, Collection<String> names) {
    return Optional.of(name)
        .filter(n -> !n.isEmpty())
        .flatMap(n -> Nearest.to(n, names))
        .map(n -> "; did you mean '" + n + "'?")
        .orElseGet(() -> "; there is " + String.join(", ", names));
  }

  /** Whether a stage refers to another, perhaps by way of others. */
  private boolean reaches(String from, String to, Set<String> seen) {
    return seen.add(from)
        && references.getOrDefault(from, Set.of()).stream()
            .anyMatch(next -> next.equals(to) || reaches(next, to, seen));
  }

  /** What references of one stage lead to. */
  private final class InRecipe implements StagePaths {
    private final String name;
    private final boolean made;
    private final List<Use> uses = new ArrayList<>();
    private final Set<ConfigTree> followed = Collections.newSetFromMap(new IdentityHashMap<>());

    InRecipe(String name, boolean made) {
      this.name = name;
      this.made = made;
    }

    @Override
    public boolean made() {
      return made;
    }

    @Override
    public @Nullable Path path(Entry entry, StageReference reference, StageUse.As as) {
      followed.add(entry.tree());
      String wrong = wrong(reference);
      if (wrong != null) {
        entry.problem("is '" + reference + "', " + wrong);
        return null;
      }
      Path directory = means.directory().apply(reference.stage()).toAbsolutePath().normalize();
      Path path = below(directory, reference);
      if (path == null || !path.startsWith(directory)) {
        entry.problem("is '" + reference + "', which leads out of the stage's directory");
        return null;
      }
      String key = entry.section().pathOf(entry.key());
      uses.add(
          new Use(
              new StageUse(key, reference.stage(), reference.inside(), as), entry.tree().place()));
      return path;
    }

    private @Nullable Path below(Path directory, StageReference reference) {
      try {
        return reference
            .inside()
            .map(rest -> directory.resolve("./" + rest).normalize())
            .orElseGet(() -> means.finished().apply(directory));
      } catch (InvalidPathException e) {
        return null;
      }
    }

    private @Nullable String wrong(StageReference reference) {
      String other = reference.stage();
      if (!names.contains(other)) {
        return "but there is no stage '" + other + "'" + like(other, names);
      }
      if (other.equals(name)) {
        return "which is this stage itself; refer to one before it";
      }
      if (names.indexOf(other) < names.indexOf(name)) {
        return null;
      }
      return reaches(other, name, new HashSet<>())
          ? "which itself refers to '" + name + "': the two would wait for each other"
          : "which comes after '" + name + "'; stages run in the order of the file, move it up";
    }
  }
}
