package dev.fettle.harness.quickstart;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The words the tasks are about, from the resources of this package.
 *
 * @param nouns with their plurals
 * @param people first names
 * @param cities where people live
 * @param colours of things
 * @param numbers in words, from two on
 */
record Lexicon(
    List<Noun> nouns,
    List<String> people,
    List<String> cities,
    List<String> colours,
    List<String> numbers) {

  /**
   * A noun.
   *
   * @param word its singular
   * @param plural its plural
   */
  record Noun(String word, String plural) {
    /** Whether it takes "an". */
    boolean beginsWithVowel() {
      return "aeiou".indexOf(word.charAt(0)) >= 0;
    }
  }

  /** Reads the resources. */
  static Lexicon load() {
    return new Lexicon(
        lines("nouns.txt").stream()
            .map(line -> line.split(" ", -1))
            .map(words -> new Noun(words[0], words[1]))
            .toList(),
        lines("people.txt"),
        lines("cities.txt"),
        lines("colours.txt"),
        lines("numbers.txt"));
  }

  private static List<String> lines(String resource) {
    try (InputStream in = Lexicon.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + resource + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
