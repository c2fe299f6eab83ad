package dev.fettle.feedback;

import dev.fettle.data.store.ContentKey;
import dev.fettle.models.random.RandomStream;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.SettingsReader;
import dev.fettle.settings.SettingsWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Written rules by which answers are judged: Bai et al., "Constitutional AI: Harmlessness from AI
 * Feedback", 2022 (arXiv 2212.08073).
 *
 * @param name of it, for logs
 * @param draw how a row's principle is found
 * @param scale of scores
 * @param principles at least one, of different names
 */
public record Constitution(String name, Draw draw, Scale scale, List<Principle> principles) {

  /** The word for the one that comes with Fettle. */
  public static final String DEFAULT = "default";

  private static final String RESOURCE = "constitution.yaml";
  private static final int MOST_ROUNDS = 1 << 12;

  /** How a row's principle is found. */
  public enum Draw {
    /** By chance, as often as the weights say; the same one for the same seed, row and round. */
    RANDOM,
    /** One after the other, beginning at the row's number; weights do not count. */
    IN_TURN
  }

  /** The keys of its file. */
  public static final Keys<Constitution> KEYS =
      Keys.of(
              Constitution.class,
              Key.text("name", "what logs call it").otherwise("constitution"),
              Key.choice(
                      "draw",
                      Draw.class,
                      "how a row's principle is found. `random`: by chance, as often as the weights"
                          + " say, the same for the same seed, row and round; `in_turn`: one after"
                          + " the other")
                  .otherwise(Draw.RANDOM),
              Key.section("scale", Scale.KEYS, "what scores are on"),
              Key.shortSection("principles", Principle.KEYS, "critique", "the rules")
                  .list()
                  .required("at least one, each with name, critique and revision"))
          .rule(
              "principles",
              c -> twice(c.principles).isEmpty(),
              c -> "has two of the name '" + twice(c.principles) + "'; name them apart");

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Constitution {
    principles = List.copyOf(principles);
    if (principles.isEmpty()) {
      throw new IllegalArgumentException("a constitution has at least one principle");
    }
  }

  private static String twice(List<Principle> principles) {
    Set<String> names = new HashSet<>();
    return principles.stream()
        .map(Principle::name)
        .filter(n -> !names.add(n))
        .findFirst()
        .orElse("");
  }

  /** Some principles, drawn by chance; scores from 1 to 10. */
  public static Constitution of(Principle... principles) {
    return new Constitution("constitution", Draw.RANDOM, Scale.TEN, List.of(principles));
  }

  /**
   * Reads a file of YAML or JSON.
   *
   * @throws dev.fettle.settings.ConfigException with everything that is wrong, each by file, line
   *     and key
   */
  public static Constitution read(Path file) {
    return new SettingsReader<>(KEYS).file(file, List.of(), Map.of());
  }

  /** The one that comes with Fettle; its text is {@link #defaultText}. */
  public static Constitution standard() {
    return new SettingsReader<>(KEYS).text(Path.of(RESOURCE), defaultText());
  }

  /** The word {@link #DEFAULT}, or a file. */
  public static Constitution named(String wordOrFile) {
    return wordOrFile.equals(DEFAULT) ? standard() : read(Path.of(wordOrFile));
  }

  /** The file of the one that comes with Fettle, as one to begin one's own with. */
  public static String defaultText() {
    try (InputStream in =
        Objects.requireNonNull(Constitution.class.getResourceAsStream(RESOURCE))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("the jar cannot be read", e);
    }
  }

  /**
   * The principle of a row.
   *
   * @param seed of the job
   * @param row of its data, from 0
   * @param round of a row that is gone through several times, from 0
   */
  public Principle of(long seed, long row, int round) {
    if (draw == Draw.IN_TURN) {
      return principles.get((int) ((row + round) % principles.size()));
    }
    if (round < 0 || round >= MOST_ROUNDS) {
      throw new IllegalArgumentException("no round " + round);
    }
    double at =
        RandomStream.of(seed, RandomStream.Purpose.PRINCIPLE, row, round).nextDouble()
            * principles.stream().mapToDouble(Principle::weight).sum();
    for (Principle p : principles) {
      at -= p.weight();
      if (at < 0) {
        return p;
      }
    }
    return principles.get(principles.size() - 1);
  }

  /** Its content, in 32 hexadecimal digits: equal keys, equal rules. */
  public String key() {
    return new ContentKey().text(new SettingsWriter<>(KEYS).yaml(this)).hex();
  }
}
