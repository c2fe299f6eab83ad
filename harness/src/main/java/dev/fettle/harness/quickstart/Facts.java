package dev.fettle.harness.quickstart;

import dev.fettle.harness.quickstart.Lexicon.Noun;
import java.util.ArrayList;
import java.util.List;

/** All that can be true in the tiny world. No two facts of it have the same question. */
final class Facts {
  private final Lexicon words;

  Facts(Lexicon words) {
    this.words = words;
  }

  /** The facts of a kind, in a fixed order. */
  List<Fact> of(TaskKind kind) {
    return switch (kind) {
      case OWNS -> owns();
      case LIVES -> lives();
      case COLOUR -> colours();
      case COUNT -> counts();
    };
  }

  private List<Fact> owns() {
    List<Fact> facts = new ArrayList<>();
    for (String person : words.people()) {
      for (Noun noun : words.nouns()) {
        String article = noun.beginsWithVowel() ? "an " : "a ";
        facts.add(
            new Fact(
                TaskKind.OWNS,
                person + " has " + article + noun.word() + ".",
                person + " owns the " + noun.word() + ".",
                "What does " + person + " have?",
                noun.word()));
      }
    }
    return facts;
  }

  private List<Fact> lives() {
    List<Fact> facts = new ArrayList<>();
    for (String person : words.people()) {
      for (String city : words.cities()) {
        facts.add(
            new Fact(
                TaskKind.LIVES,
                person + " lives in " + city + ".",
                "The home of " + person + " is " + city + ".",
                "Where does " + person + " live?",
                city));
      }
    }
    return facts;
  }

  private List<Fact> colours() {
    List<Fact> facts = new ArrayList<>();
    for (Noun noun : words.nouns()) {
      for (String colour : words.colours()) {
        facts.add(
            new Fact(
                TaskKind.COLOUR,
                "The " + noun.word() + " is " + colour + ".",
                "The colour of the " + noun.word() + " is " + colour + ".",
                "What colour is the " + noun.word() + "?",
                colour));
      }
    }
    return facts;
  }

  private List<Fact> counts() {
    List<Fact> facts = new ArrayList<>();
    for (Noun noun : words.nouns()) {
      for (String number : words.numbers()) {
        facts.add(
            new Fact(
                TaskKind.COUNT,
                "There are " + number + " " + noun.plural() + ".",
                "The number of " + noun.plural() + " is " + number + ".",
                "How many " + noun.plural() + " are there?",
                number));
      }
    }
    return facts;
  }
}
