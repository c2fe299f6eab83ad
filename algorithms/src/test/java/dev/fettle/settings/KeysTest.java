package dev.fettle.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A table as an algorithm's author writes one. */
class KeysTest {
  enum Kind {
    SIGMOID,
    HINGE_LOSS
  }

  record MySettings(double beta, Kind kind, Optional<Path> reference, List<Double> weights)
      implements AlgorithmSettings {
    static final Keys<MySettings> KEYS =
        Keys.of(
            MySettings.class,
            Key.number("beta", Range.above(0), "how far the policy may move")
                .otherwise(0.1)
                .also("kl_coef"),
            Key.choice("kind", Kind.class, "which loss").otherwise(Kind.SIGMOID),
            Key.directory("reference", "the model to stay near").optional("the policy at first"),
            Key.number("weights", Range.atLeast(0), "of the rows").list().otherwise(List.of()));

    @Override
    public String type() {
      return "mine";
    }

    @Override
    public Keys<MySettings> keys() {
      return KEYS;
    }
  }

  @TempDir private Path dir;

  @BeforeEach
  void makeWhatIsNamed() throws IOException {
    Files.createDirectories(dir.resolve("there"));
    Files.writeString(dir.resolve("file.txt"), "x");
  }

  private <S> S read(Keys<S> keys, String yaml) {
    try {
      Path file = Files.writeString(dir.resolve("my.yaml"), yaml);
      return new SettingsReader<>(keys).file(file, List.of(), Map.of());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private List<String> problems(Keys<?> keys, String yaml) {
    ConfigException e = catchThrowableOfType(ConfigException.class, () -> read(keys, yaml));
    assertThat(e).as("a problem is found in " + yaml).isNotNull();
    return e.problems().stream().map(p -> p.toString().replace(dir + "/", "")).toList();
  }

  @Test
  void aRecordIsReadFromItsTable() {
    assertThat(read(MySettings.KEYS, ""))
        .isEqualTo(new MySettings(0.1, Kind.SIGMOID, Optional.empty(), List.of()));
    assertThat(
            read(
                MySettings.KEYS,
                "{beta: 2, kind: hinge_loss, reference: there, weights: [1, 0.5]}"))
        .isEqualTo(
            new MySettings(
                2, Kind.HINGE_LOSS, Optional.of(dir.resolve("there")), List.of(1.0, 0.5)));
  }

  @Test
  void allProblemsAreFoundAtOnce() {
    assertThat(
            problems(
                MySettings.KEYS,
                """
                beta: 0
                kind: hinge
                reference: file.txt
                weights:
                  - 1
                  - -1
                bata: 1
                klCoef: 3
                """))
        .containsExactly(
            "my.yaml:1: beta: is 0; it must be a number, above 0",
            "my.yaml:2: kind: expected one of sigmoid, hinge_loss, got 'hinge'",
            "my.yaml:3: reference: file.txt is a file, a directory is wanted",
            "my.yaml:6: weights: is -1; it must be a number, 0 or more",
            "my.yaml:7: bata: unknown key; did you mean 'beta'?",
            "my.yaml:8: klCoef: unknown key; that is beta here");
  }

  @Test
  void whatIsWrittenReadsAsTheSame() {
    MySettings settings =
        new MySettings(2, Kind.HINGE_LOSS, Optional.of(dir.resolve("there")), List.of(1.0));
    SettingsWriter<MySettings> writer = new SettingsWriter<>(MySettings.KEYS);
    assertThat(writer.values(settings))
        .containsExactly(
            Map.entry("beta", 2.0),
            Map.entry("kind", "hinge_loss"),
            Map.entry("reference", dir.resolve("there").toString()),
            Map.entry("weights", List.of(1.0)));
    assertThat(read(MySettings.KEYS, writer.yaml(settings))).isEqualTo(settings);
    MySettings least = read(MySettings.KEYS, "");
    assertThat(writer.values(least)).containsOnlyKeys("beta", "kind");
  }

  @Test
  void valuesOfAProgramMeanWhatTheyWouldInAFile() {
    SettingsReader<MySettings> reader = new SettingsReader<>(MySettings.KEYS);
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("beta", 0.25f);
    values.put("kind", Kind.HINGE_LOSS);
    values.put("reference", Optional.of(dir.resolve("there")));
    values.put("weights", new double[] {1, 2});
    assertThat(reader.values(values))
        .isEqualTo(
            new MySettings(
                0.25, Kind.HINGE_LOSS, Optional.of(dir.resolve("there")), List.of(1.0, 2.0)));
    values.put("beta", null);
    values.put("kind", Optional.empty());
    values.put("weights", Arrays.asList(1, null));
    assertThatThrownBy(() -> reader.values(values))
        .isInstanceOf(ConfigException.class)
        .hasMessage("MySettings: weights: expected a number, 0 or more, got nothing");
    values.put("weights", new Object());
    assertThatThrownBy(() -> reader.values(values)).isInstanceOf(ConfigException.class);
  }

  /** Every kind of key, in one record. */
  record Many(
      boolean flag,
      String text,
      long whole,
      int size,
      Optional<Integer> sizeOrNone,
      Path path,
      Optional<List<Path>> files,
      String wordOrFile,
      Map<String, String> texts,
      List<Kind> kinds,
      Level level,
      Many.Below below,
      Optional<Many.Below> belowOrNone,
      int sameAsSize) {
    record Level(int value) {
      static Level of(String text) {
        if (!text.startsWith("L")) {
          throw new IllegalArgumentException("no L");
        }
        return new Level(Integer.parseInt(text.substring(1)));
      }
    }

    record Below(Optional<Long> one, double other) {
      static final Keys<Below> KEYS =
          Keys.of(
              Below.class,
              Key.whole("one", Range.ANY, "one of two").optional(),
              Key.number("other", Range.ANY, "the other")
                  .otherwise(1.0)
                  .insteadOf("one", "keep one"));
    }

    static final Keys<Many> KEYS =
        Keys.of(
            Many.class,
            Key.flag("flag", "?").otherwise(false),
            Key.text("text", "?").must(t -> t.length() < 9, "be short").otherwise("x"),
            Key.whole("whole", Range.ANY, "?").otherwise(0L),
            Key.size("size", Range.atLeast(1).atMost(9), "?").otherwise(1),
            Key.size("sizeOrNone", Range.ANY, "?").optional(),
            Key.path("path", "?").otherwise(Path.of("here")),
            Key.file("files", "?").list().optional(),
            Key.wordOrFile("wordOrFile", List.of("a", "b"), "?").otherwise("a"),
            Key.texts("texts", "?").otherwise(Map.of()),
            Key.choice("kinds", Kind.class, "?").list().otherwise(List.of(Kind.SIGMOID)),
            Key.text("level", "?")
                .as(Level.class, Level::of, l -> "L" + l.value(), "L and a number")
                .otherwise(new Level(1)),
            Key.section("below", Below.KEYS, "?"),
            Key.section("belowOrNone", Below.KEYS, "?").optional(),
            Key.size("sameAsSize", Range.ANY, "?").sameAs("size"));
  }

  @Test
  void everyKindIsReadAndWritten() {
    Many many =
        read(
            Many.KEYS,
            """
            flag: true
            text: 007
            whole: 9007199254740993
            size: 3
            sizeOrNone: 4
            path: ../up
            files: file.txt
            wordOrFile: file.txt
            texts: {a: 1, b: true}
            kinds: [hinge_loss, sigmoid]
            level: L7
            below: {one: 5}
            belowOrNone: {other: 2}
            """);
    assertThat(many)
        .isEqualTo(
            new Many(
                true,
                "007",
                9007199254740993L,
                3,
                Optional.of(4),
                dir.resolve("../up").normalize(),
                Optional.of(List.of(dir.resolve("file.txt"))),
                dir.resolve("file.txt").toString(),
                Map.of("a", "1", "b", "true"),
                List.of(Kind.HINGE_LOSS, Kind.SIGMOID),
                new Many.Level(7),
                new Many.Below(Optional.of(5L), 1.0),
                Optional.of(new Many.Below(Optional.empty(), 2.0)),
                3));
    SettingsWriter<Many> writer = new SettingsWriter<>(Many.KEYS);
    assertThat(read(Many.KEYS, writer.yaml(many))).isEqualTo(many);
    assertThat(writer.values(many)).doesNotContainKey("below.other").containsKey("below.one");
    Many least = read(Many.KEYS, "");
    assertThat(least.path()).isEqualTo(dir.resolve("here"));
    assertThat(read(Many.KEYS, writer.yaml(least))).isEqualTo(least);
    assertThat(writer.values(least)).doesNotContainKeys("texts", "sizeOrNone", "belowOrNone");
  }

  @Test
  void everyKindSaysWhatItExpects() {
    assertThat(
            problems(
                Many.KEYS,
                """
                flag: maybe
                text: much too long
                whole: 1.5
                size: 10
                sizeOrNone: 3000000000
                path: [a]
                files: {a: b}
                wordOrFile: c
                texts: [a]
                kinds: [hinge]
                level: M
                below: {one: 1, other: 2}
                belowOrNone: yes please
                sameAsSize: 1f
                """))
        .containsExactly(
            "my.yaml:1: flag: expected true or false, got 'maybe'",
            "my.yaml:2: text: is 'much too long'; it must be short",
            "my.yaml:3: whole: expected a whole number, got 1.5",
            "my.yaml:4: size: is 10; it must be a whole number, at least 1 and at most 9",
            "my.yaml:5: sizeOrNone: is 3000000000, which is too large; at most 2147483647",
            "my.yaml:6: path: expected a path, got a list",
            "my.yaml:7: files: expected a file or a list of files, got a section with a",
            "my.yaml:8: wordOrFile: no file c",
            "my.yaml:9: texts: expected names and texts, as in {name: text}, got a list",
            "my.yaml:10: kinds: expected one of sigmoid, hinge_loss, got 'hinge'",
            "my.yaml:11: level: expected L and a number, got 'M'",
            "my.yaml:12: below.other: is given beside one; keep one",
            "my.yaml:13: belowOrNone: expected a section with keys, got 'yes please'",
            "my.yaml:14: sameAsSize: expected a whole number, got '1f'");
  }

  @Test
  void aFileThatCannotBeAPathIsAProblem() {
    assertThat(problems(Many.KEYS, "path: \"a\\0b\"\nfiles: [\"\\0\"]\nwordOrFile: \"\\0\"\n"))
        .containsExactly(
            "my.yaml:1: path: cannot be a path: Nul character not allowed",
            "my.yaml:2: files: cannot be a path: Nul character not allowed",
            "my.yaml:3: wordOrFile: cannot be a path: Nul character not allowed");
  }

  record Two(int low, int high) {
    Two {
      if (low == 13) {
        throw new IllegalArgumentException("13 is unlucky");
      }
    }

    static final Keys<Two> KEYS =
        Keys.of(
                Two.class,
                Key.size("low", Range.ANY, "?"),
                Key.size("high", Range.ANY, "?").required("a larger one"))
            .rule("high", t -> t.low() < t.high(), t -> "is " + t.high() + ", not above low");
  }

  @Test
  void rulesHoldBetweenKeys() {
    assertThat(read(Two.KEYS, "{low: 1, high: 2}")).isEqualTo(new Two(1, 2));
    assertThat(problems(Two.KEYS, "low: 2\nhigh: 2\n"))
        .containsExactly("my.yaml:2: high: is 2, not above low");
    assertThat(problems(Two.KEYS, "low: 13\nhigh: 20\n"))
        .containsExactly("my.yaml:1: 13 is unlucky");
    // A rule about a value that is wrong by itself would only confuse.
    assertThat(problems(Two.KEYS, "low: x\nhigh: 2\n"))
        .containsExactly("my.yaml:1: low: expected a whole number, got 'x'");
    assertThat(problems(Two.KEYS, ""))
        .containsExactly(
            "my.yaml:1: low: is missing; give a whole number",
            "my.yaml:1: high: is missing; give a larger one");
  }

  record Round(double radius) implements Shape {
    static final Keys<Round> KEYS =
        Keys.of(Round.class, Key.number("radius", Range.above(0), "?").otherwise(1.0));

    @Override
    public String type() {
      return "round";
    }
  }

  record Square(double side) implements Shape {
    static final Keys<Square> KEYS =
        Keys.of(Square.class, Key.number("side", Range.above(0), "?").otherwise(1.0));

    @Override
    public String type() {
      return "square";
    }
  }

  interface Shape {
    String type();
  }

  record Thing(Shape shape, String name) {
    static final Keys<Thing> KEYS =
        Keys.of(
            Thing.class,
            Keys.inline(
                "shape",
                Keys.byType(
                    Shape.class,
                    Shape::type,
                    Key.text("type", "which shape").otherwise("round"),
                    Map.of("round", Round.KEYS, "square", Square.KEYS))),
            Key.text("name", "?").otherwise("it"));
  }

  @Test
  void aTypeSaysWhichKeysThereAre() {
    assertThat(read(Thing.KEYS, "")).isEqualTo(new Thing(new Round(1), "it"));
    assertThat(read(Thing.KEYS, "{type: square, side: 2}"))
        .isEqualTo(new Thing(new Square(2), "it"));
    assertThat(new SettingsWriter<>(Thing.KEYS).values(new Thing(new Square(2), "it")))
        .containsExactly(
            Map.entry("type", "square"), Map.entry("side", 2.0), Map.entry("name", "it"));
    assertThat(problems(Thing.KEYS, "type: square\nradius: 2\n"))
        .containsExactly(
            "my.yaml:2: radius: unknown key with type square; it goes with type round");
    assertThat(problems(Thing.KEYS, "type: squared\nside: 2\nsides: 3\n"))
        .hasSize(2)
        .anyMatch(p -> p.endsWith("got 'squared'; did you mean 'square'?"))
        .anyMatch(p -> p.endsWith("sides: unknown key; did you mean 'side'?"));
  }

  @Test
  void aSectionMayBeGivenAsItsRecord() {
    record Whole(Thing thing) {}
    Keys<Whole> keys = Keys.of(Whole.class, Key.section("thing", Thing.KEYS, "?"));
    SettingsReader<Whole> reader = new SettingsReader<>(keys);
    Thing thing = new Thing(new Square(3), "mine");
    assertThat(reader.values(Map.of("thing", thing))).isEqualTo(new Whole(thing));
    assertThatThrownBy(() -> reader.values(Map.of("thing", new Thing(new Square(-3), "mine"))))
        .hasMessage("Whole: thing.side: is -3.0; it must be a number, above 0");
  }

  @Test
  void aTableThatDoesNotFitItsRecordIsRefused() {
    record One(int a) {}
    refused(() -> Keys.of(One.class), "has components without a key: a");
    refused(
        () -> Keys.of(One.class, Key.number("a", Range.ANY, "?")), "holds int in 'a', and the key");
    refused(() -> Keys.of(One.class, Key.size("a", Range.ANY, "?").optional()), "holds int in 'a'");
    refused(
        () -> Keys.of(One.class, Key.size("a", Range.ANY, "?"), Key.text("b", "?")),
        "no component for the key 'b'");
    refused(
        () -> Keys.of(One.class, Key.size("a", Range.ANY, "?").sameAs("b")),
        "key 'a' needs 'b' before it");
    record Twice(One one, One other) {}
    Keys<One> one = Keys.of(One.class, Key.size("a", Range.ANY, "?"));
    refused(
        () -> Keys.of(Twice.class, Keys.inline("one", one), Keys.inline("other", one)),
        "has the key 'a' twice");
    refused(() -> one.rule("b", o -> true, o -> ""), "'b', which is no key");
    Map<String, Keys<One>> types = Map.of("one", one);
    refused(
        () -> Keys.byType(One.class, o -> "one", Key.text("a", "?"), types),
        "'one' has a key 'a', which names the type itself");
    refused(
        () -> Keys.byType(One.class, o -> "one", Key.text("t", "?").otherwise("two"), types),
        "the default 'two' is none of the types");
    refused(() -> Key.text("a.b", "?"), "'a.b' cannot be the name of a key");
    refused(() -> Key.text("a", "?").otherwise("").list(), "say list before");
    record Lists(List<Integer> list) {}
    refused(
        () -> Keys.of(Lists.class, Key.whole("list", Range.ANY, "?").list()),
        "holds java.util.List<java.lang.Integer> in 'list'");
  }

  private static void refused(Runnable table, String why) {
    assertThatThrownBy(table::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }
}
