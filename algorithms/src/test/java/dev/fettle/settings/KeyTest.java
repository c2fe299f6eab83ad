package dev.fettle.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each kind of key: how it is read and written, and what is said of a wrong value. */
class KeyTest {
  enum Colour {
    BLUE,
    DARK_RED
  }

  @TempDir private Path dir;
  private YamlFile file = new YamlFile(Path.of(""));

  @BeforeEach
  void makeWhatIsNamed() throws IOException {
    file = YamlFile.in(dir);
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
      List<Colour> colours,
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
            PathKeys.wordOrFile("wordOrFile", List.of("a", "b"), "?").otherwise("a"),
            Key.texts("texts", "?").otherwise(Map.of()),
            Key.choice("colours", Colour.class, "?").list().otherwise(List.of(Colour.BLUE)),
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
        file.read(
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
            colours: [dark_red, blue]
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
                List.of(Colour.DARK_RED, Colour.BLUE),
                new Many.Level(7),
                new Many.Below(Optional.of(5L), 1.0),
                Optional.of(new Many.Below(Optional.empty(), 2.0)),
                3));
    SettingsWriter<Many> writer = new SettingsWriter<>(Many.KEYS);
    assertThat(file.read(Many.KEYS, writer.yaml(many))).isEqualTo(many);
    assertThat(writer.values(many)).doesNotContainKey("below.other").containsKey("below.one");
    Many least = file.read(Many.KEYS, "");
    assertThat(least.path()).isEqualTo(dir.resolve("here"));
    assertThat(file.read(Many.KEYS, writer.yaml(least))).isEqualTo(least);
    assertThat(writer.values(least)).doesNotContainKeys("texts", "sizeOrNone", "belowOrNone");
  }

  @Test
  void everyKindSaysWhatItExpects() {
    assertThat(
            file.problems(
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
                colours: [dark]
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
            "my.yaml:10: colours: expected one of blue, dark_red, got 'dark'",
            "my.yaml:11: level: expected L and a number, got 'M'",
            "my.yaml:12: below.other: is given beside one; keep one",
            "my.yaml:13: belowOrNone: expected a section with keys, got 'yes please'",
            "my.yaml:14: sameAsSize: expected a whole number, got '1f'");
  }

  @Test
  void aFileThatCannotBeAPathIsAProblem() {
    assertThat(file.problems(Many.KEYS, "path: \"a\\0b\"\nfiles: [\"\\0\"]\nwordOrFile: \"\\0\"\n"))
        .containsExactly(
            "my.yaml:1: path: cannot be a path: Nul character not allowed",
            "my.yaml:2: files: cannot be a path: Nul character not allowed",
            "my.yaml:3: wordOrFile: cannot be a path: Nul character not allowed");
  }
}
