package dev.fettle.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
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

  private YamlFile file = new YamlFile(Path.of(""));

  @BeforeEach
  void makeWhatIsNamed() throws IOException {
    file = YamlFile.in(dir);
  }

  @Test
  void aRecordIsReadFromItsTable() {
    assertThat(file.read(MySettings.KEYS, ""))
        .isEqualTo(new MySettings(0.1, Kind.SIGMOID, Optional.empty(), List.of()));
    assertThat(
            file.read(
                MySettings.KEYS,
                "{beta: 2, kind: hinge_loss, reference: there, weights: [1, 0.5]}"))
        .isEqualTo(
            new MySettings(
                2, Kind.HINGE_LOSS, Optional.of(dir.resolve("there")), List.of(1.0, 0.5)));
  }

  @Test
  void allProblemsAreFoundAtOnce() {
    assertThat(
            file.problems(
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
    assertThat(file.read(MySettings.KEYS, writer.yaml(settings))).isEqualTo(settings);
    MySettings least = file.read(MySettings.KEYS, "");
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
    assertThat(file.read(Two.KEYS, "{low: 1, high: 2}")).isEqualTo(new Two(1, 2));
    assertThat(file.problems(Two.KEYS, "low: 2\nhigh: 2\n"))
        .containsExactly("my.yaml:2: high: is 2, not above low");
    assertThat(file.problems(Two.KEYS, "low: 13\nhigh: 20\n"))
        .containsExactly("my.yaml:1: 13 is unlucky");
    // A rule about a value that is wrong by itself would only confuse.
    assertThat(file.problems(Two.KEYS, "low: x\nhigh: 2\n"))
        .containsExactly("my.yaml:1: low: expected a whole number, got 'x'");
    assertThat(file.problems(Two.KEYS, ""))
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
    assertThat(file.read(Thing.KEYS, "")).isEqualTo(new Thing(new Round(1), "it"));
    assertThat(file.read(Thing.KEYS, "{type: square, side: 2}"))
        .isEqualTo(new Thing(new Square(2), "it"));
    assertThat(new SettingsWriter<>(Thing.KEYS).values(new Thing(new Square(2), "it")))
        .containsExactly(
            Map.entry("type", "square"), Map.entry("side", 2.0), Map.entry("name", "it"));
    assertThat(file.problems(Thing.KEYS, "type: square\nradius: 2\n"))
        .containsExactly(
            "my.yaml:2: radius: unknown key with type square; it goes with type round");
    assertThat(file.problems(Thing.KEYS, "type: squared\nside: 2\nsides: 3\n"))
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
