package dev.fettle.harness.quickstart;

import dev.fettle.models.random.RandomStream;
import dev.fettle.models.random.RandomStream.Purpose;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Made-up data: plain text about a tiny world, and questions about it. The same seed gives the
 * same.
 *
 * @param text lines of plain text, in which no question stands
 * @param training questions to fine-tune on
 * @param pairs those questions, each with a right answer and a wrong one
 * @param heldOut questions to be examined with; none is among those trained on
 * @param heldOutPairs these, each with a right answer and a wrong one
 */
public record TinyWorld(
    List<String> text,
    List<Task> training,
    List<TaskPair> pairs,
    List<Task> heldOut,
    List<TaskPair> heldOutPairs) {

  /** Copies the lists. */
  public TinyWorld {
    text = List.copyOf(text);
    training = List.copyOf(training);
    pairs = List.copyOf(pairs);
    heldOut = List.copyOf(heldOut);
    heldOutPairs = List.copyOf(heldOutPairs);
  }

  /** Facts of a line of text. */
  private static final int FACTS = 4;

  /**
   * How much is made.
   *
   * @param kinds of questions
   * @param trainedOfEach questions to train on of each kind at most
   * @param heldOutOfEach questions held out of each kind
   */
  public record Amount(Set<TaskKind> kinds, int trainedOfEach, int heldOutOfEach) {
    /** Copies the set. */
    public Amount {
      kinds = Set.copyOf(kinds);
    }
  }

  /** Makes a world. */
  public static TinyWorld of(long seed, Amount amount) {
    Facts facts = new Facts(Lexicon.load());
    RandomStream order = RandomStream.of(seed, Purpose.DATA, 0, 0);
    List<Fact> known = new ArrayList<>();
    List<Task> heldOut = new ArrayList<>();
    for (TaskKind kind : TaskKind.values()) {
      if (amount.kinds().contains(kind)) {
        List<Fact> all = shuffled(facts.of(kind), order);
        all.stream().limit(amount.heldOutOfEach()).forEach(f -> heldOut.add(f.task()));
        all.stream().skip(amount.heldOutOfEach()).limit(amount.trainedOfEach()).forEach(known::add);
      }
    }
    List<Task> training = known.stream().map(Fact::task).toList();
    List<String> lines = text(shuffled(known, order));
    List<Task> asked = shuffled(training, order);
    // Draws of their own: the questions stay the same whatever is asked about them.
    RandomStream doubts = RandomStream.of(seed, Purpose.DATA, 1, 0);
    return new TinyWorld(lines, asked, pairs(asked, doubts), heldOut, pairs(heldOut, doubts));
  }

  /** Each task with a wrong answer that is the right one to another question of the same kind. */
  private static List<TaskPair> pairs(List<Task> tasks, RandomStream random) {
    Map<TaskKind, List<String>> answers = new EnumMap<>(TaskKind.class);
    for (TaskKind kind : TaskKind.values()) {
      answers.put(
          kind, tasks.stream().filter(t -> t.kind() == kind).map(Task::answer).distinct().toList());
    }
    List<TaskPair> pairs = new ArrayList<>();
    for (Task task : tasks) {
      List<String> others =
          Objects.requireNonNull(answers.get(task.kind())).stream()
              .filter(a -> !a.equals(task.answer()))
              .toList();
      if (!others.isEmpty()) {
        pairs.add(new TaskPair(task, others.get(random.nextInt(others.size()))));
      }
    }
    return pairs;
  }

  private static List<String> text(List<Fact> facts) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < facts.size(); i += FACTS) {
      lines.add(
          facts.subList(i, Math.min(i + FACTS, facts.size())).stream()
              .map(Fact::text)
              .collect(Collectors.joining(" ")));
    }
    return lines;
  }

  /** Fisher and Yates. */
  private static <T> List<T> shuffled(List<T> list, RandomStream random) {
    List<T> copy = new ArrayList<>(list);
    for (int i = copy.size() - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      T moved = copy.get(i);
      copy.set(i, copy.get(j));
      copy.set(j, moved);
    }
    return copy;
  }
}
