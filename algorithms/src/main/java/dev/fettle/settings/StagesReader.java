package dev.fettle.settings;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads recipes: several settings of one table, each of which may refer to what earlier ones make.
 * Finds everything that is wrong with any of them before it complains.
 *
 * @param <S> the settings of a stage
 * @param <H> the section that says where the stages are kept
 */
public final class StagesReader<S, H> {
  private final Stages<S, H> stages;
  private final Layers layers;

  /** Reads stages of this kind. */
  public StagesReader(Stages<S, H> stages) {
    this.stages = stages;
    this.layers = new Layers(stages.each());
  }

  /** Whether a file holds stages; false where it cannot be read at all. */
  public static boolean isRecipe(Path file) {
    return names(file).isPresent();
  }

  /** The names of a file's stages; empty where it has none, or cannot be read at all. */
  public static Optional<List<String>> names(Path file) {
    try {
      Problems ignored = new Problems(new Glossary(Stages.documented()));
      ConfigTree tree =
          TreeReader.file(file, SettingsReader.text(file), ignored).entries().get(Stages.KEY);
      return Optional.ofNullable(tree)
          .map(
              t ->
                  t instanceof ConfigTree.Branch b ? List.copyOf(b.entries().keySet()) : List.of());
    } catch (ConfigException e) {
      return Optional.empty();
    }
  }

  /**
   * Reads a file.
   *
   * @param overrides settings that go before the file's: those of one stage, as in {@code
   *     stages.sft.train.steps=100}, or of all of them, as in {@code train.steps=100}
   * @param fallbacks settings that count where neither says anything, by their paths
   * @throws ConfigException with everything that is wrong
   */
  public Stages.Read<S, H> file(Path file, List<String> overrides, Map<String, ?> fallbacks) {
    Problems problems = new Problems(new Glossary(stages.each()));
    ConfigTree.Branch root = TreeReader.file(file, SettingsReader.text(file), problems);
    List<Overrides.Setting> given = Overrides.read(overrides, problems);
    Place top = new Place.Line(file, 1);
    Path absolute = file.toAbsolutePath();
    Path base = absolute.getParent() == null ? absolute : absolute.getParent();
    List<Overrides.Setting> ofAll = new ArrayList<>();
    Map<String, List<Overrides.Setting>> ofOne = new LinkedHashMap<>();
    for (Overrides.Setting override : given) {
      sort(root, override, ofAll, ofOne, problems);
    }
    fallbacks.forEach(
        (path, value) -> Overrides.putIfAbsent(root, path, CodeTree.of(value, top), problems));
    return read(new Source(root, base, ofAll, ofOne), problems);
  }

  /**
   * Reads settings of a program by their paths, as {@link SettingsReader#values} does.
   *
   * @param settings as from {@code stages.sft.train.steps} to 100
   * @throws ConfigException with everything that is wrong
   */
  public Stages.Read<S, H> values(Map<String, ? extends @Nullable Object> settings) {
    Problems problems = new Problems(new Glossary(stages.each()));
    Place place = new Place.Code("Recipe");
    ConfigTree.Branch root = ConfigTree.Branch.empty(place);
    settings.forEach(
        (path, value) -> Overrides.put(root, path, CodeTree.of(value, place), problems));
    return read(new Source(root, Path.of("").toAbsolutePath(), List.of(), Map.of()), problems);
  }

  /**
   * What is written.
   *
   * @param ofAll overrides of every stage
   * @param ofOne overrides of stages, by their names
   */
  private record Source(
      ConfigTree.Branch root,
      Path base,
      List<Overrides.Setting> ofAll,
      Map<String, List<Overrides.Setting>> ofOne) {}

  /** Finds out whose an override is. */
  private static void sort(
      ConfigTree.Branch root,
      Overrides.Setting override,
      List<Overrides.Setting> ofAll,
      Map<String, List<Overrides.Setting>> ofOne,
      Problems problems) {
    String[] names = override.path().split("\\.", 3);
    if (!names[0].equals(Stages.KEY)) {
      // The recipe's own name and place are read from the root.
      Overrides.put(root, override.path(), override.value(), problems);
      ofAll.add(override);
    } else if (names.length < 3) {
      Overrides.put(root, override.path(), override.value(), problems);
    } else {
      ofOne
          .computeIfAbsent(names[1], n -> new ArrayList<>())
          .add(new Overrides.Setting(names[2], override.value()));
    }
  }

  private Stages.Read<S, H> read(Source source, Problems problems) {
    Section root = new Section(context(problems, source.base()), "", source.root());
    Map<String, ConfigTree.Branch> written = StagesKind.key().read(root, Map.of());
    H head = head(source, problems);
    problems.throwIfAny();
    if (written == null || head == null) {
      throw new IllegalStateException("settings are read unless a problem was found");
    }
    unknownStages(source, written, problems);
    StageLayers all =
        new StageLayers(
            layers,
            StageLayers.beside(source.root()),
            source.ofAll(),
            source.ofOne(),
            stages.place().section());
    Map<String, ConfigTree.Branch> trees = new LinkedHashMap<>();
    written.forEach(
        (name, own) ->
            trees.put(
                name, all.whole(name, own, stages.place().settings().apply(head, name), problems)));
    StageReading<S> reading =
        new StageReading<>(
            new StageReading.Means<>(
                stages.each(),
                name -> stages.place().directory().apply(head, name),
                stages.place().finished(),
                stages.fits()),
            source.base(),
            trees);
    Map<String, Stages.Stage<S>> read = reading.read(problems);
    problems.throwIfAny();
    return new Stages.Read<>(head, read);
  }

  private static Section.Context context(Problems problems, Path base) {
    return new Section.Context(problems, base, StagePaths.NONE);
  }

  private @Nullable H head(Source source, Problems problems) {
    String name = stages.place().section();
    ConfigTree tree = source.root().entries().get(name);
    ConfigTree.Branch branch =
        tree instanceof ConfigTree.Branch b ? b : ConfigTree.Branch.empty(source.root().place());
    Section section = new Section(context(problems, source.base()), name, branch);
    H head = stages.place().keys().read(section);
    section.done();
    return head;
  }

  private static void unknownStages(
      Source source, Map<String, ConfigTree.Branch> written, Problems problems) {
    source
        .ofOne()
        .forEach(
            (name, overrides) -> {
              if (!written.containsKey(name)) {
                Overrides.Setting first = overrides.get(0);
                problems.add(
                    first.value().place(),
                    Stages.KEY + "." + name,
                    "there is no stage '" + name + "'" + StageReading.like(name, written.keySet()));
              }
            });
  }
}
