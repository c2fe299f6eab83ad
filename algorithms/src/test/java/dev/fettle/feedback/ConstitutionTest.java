package dev.fettle.feedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.feedback.Constitution.Draw;
import dev.fettle.settings.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConstitutionTest {
  private static final int ROWS = 6000;

  @TempDir private Path dir;

  private Path file(String text) throws IOException {
    return Files.writeString(dir.resolve("rules.yaml"), text);
  }

  @Test
  void theOneThatComesWithFettleIsWhole() throws IOException {
    Constitution standard = Constitution.standard();
    assertThat(standard.principles()).hasSizeGreaterThan(3).allMatch(p -> p.weight() >= 1);
    assertThat(standard).isEqualTo(Constitution.read(file(Constitution.defaultText())));
    assertThat(standard.key()).isEqualTo(Constitution.named(Constitution.DEFAULT).key());
  }

  @Test
  void aFileIsReadWithItsDefaults() throws IOException {
    Constitution read =
        Constitution.read(
            file(
                """
                principles:
                  - name: kind
                    critique: Say where it is unkind.
                    revision: Make it kind.
                  - { name: short, critique: "Too long?", revision: Cut it., weight: 3, comparison: "Which is shorter?" }
                """));
    assertThat(read.draw()).isEqualTo(Draw.RANDOM);
    assertThat(read.scale()).isEqualTo(Scale.TEN);
    assertThat(read.principles())
        .containsExactly(
            Principle.of("kind", "Say where it is unkind.", "Make it kind."),
            new Principle("short", "Too long?", "Cut it.", Optional.of("Which is shorter?"), 3));
    assertThat(read.principles().get(0).question()).contains("Say where it is unkind.");
    assertThat(read.principles().get(1).question()).isEqualTo("Which is shorter?");
  }

  @Test
  void everythingThatIsWrongIsNamedByFileLineAndKey() throws IOException {
    Path file =
        file(
            """
            scale: { least: 5, most: 5 }
            principles:
              - name: kind
                critique: Say where it is unkind.
              - name: kind
                critique: "  "
                revision: Make it kind.
                wieght: 2
              - name: odd
                critique: c
                revision: r
                weight: 0
            drew: in_turn
            """);
    assertThatThrownBy(() -> Constitution.read(file))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("rules.yaml:1: scale: goes from 5 to 5")
        .hasMessageContaining("rules.yaml:3: principles.revision: is missing")
        .hasMessageContaining("rules.yaml:6: principles.critique")
        .hasMessageContaining(
            "rules.yaml:8: principles.wieght: unknown key; did you mean 'weight'?")
        .hasMessageContaining("rules.yaml:12: principles.weight: is 0")
        .hasMessageContaining("rules.yaml:13: drew: unknown key; did you mean 'draw'?");
  }

  @Test
  void aConstitutionHasPrinciplesOfDifferentNames() throws IOException {
    for (String none : List.of("name: none\n", "principles: []\n", "")) {
      assertThatThrownBy(() -> Constitution.read(file(none)))
          .hasMessageContaining("principles: is missing; give at least one");
    }
    assertThatThrownBy(
            () ->
                Constitution.read(
                    file(
                        """
                        principles:
                          - { name: a, critique: c, revision: r }
                          - { name: a, critique: d, revision: s }
                        """)))
        .hasMessageContaining("rules.yaml:1: principles: has two of the name 'a'");
    assertThatThrownBy(() -> Constitution.read(file("principles: be nice\n")))
        .hasMessageContaining("rules.yaml:1: principles");
    assertThatThrownBy(() -> Constitution.read(dir.resolve("absent.yaml")))
        .hasMessageContaining("no such file");
  }

  @Test
  void aRowHasItsPrincipleWhateverWasDrawnBefore() {
    Constitution c =
        Constitution.of(
            Principle.of("a", "c", "r"),
            new Principle("b", "c", "r", Optional.empty(), 3),
            Principle.of("c", "c", "r"));
    List<Principle> there = IntStream.range(0, ROWS).mapToObj(row -> c.of(7, row, 0)).toList();
    for (int row = ROWS - 1; row >= 0; row -= 97) {
      assertThat(c.of(7, row, 0)).isEqualTo(there.get(row));
    }
    // Weights 1, 3, 1: four deviations of a binomial count.
    double share = there.stream().filter(p -> p.name().equals("b")).count() / (double) ROWS;
    assertThat(share).isBetween(0.6 - 4 * 0.0064, 0.6 + 4 * 0.0064);
    assertThat(IntStream.range(0, ROWS).filter(row -> !c.of(8, row, 0).equals(there.get(row))))
        .hasSizeGreaterThan(ROWS / 3);
    assertThat(IntStream.range(0, ROWS).filter(row -> !c.of(7, row, 1).equals(there.get(row))))
        .hasSizeGreaterThan(ROWS / 3);
  }

  @Test
  void inTurnEachComesAsOften() {
    Constitution c =
        new Constitution(
            "c",
            Draw.IN_TURN,
            Scale.TEN,
            List.of(Principle.of("a", "c", "r"), Principle.of("b", "c", "r")));
    assertThat(IntStream.range(0, 4).mapToObj(row -> c.of(1, row, 0).name()))
        .containsExactly("a", "b", "a", "b");
    assertThat(c.of(1, 0, 1).name()).isEqualTo("b");
  }

  @Test
  void otherRulesHaveAnotherKey() {
    Principle a = Principle.of("a", "c", "r");
    String key = Constitution.of(a).key();
    assertThat(Constitution.of(Principle.of("a", "c", "s")).key()).isNotEqualTo(key);
    assertThat(new Constitution("constitution", Draw.RANDOM, new Scale(1, 5), List.of(a)).key())
        .isNotEqualTo(key);
  }
}
