package dev.fettle.harness.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class TinyWorldTest {
  private static final TinyWorld.Amount AMOUNT =
      new TinyWorld.Amount(EnumSet.allOf(TaskKind.class), 60, 10);
  private final TinyWorld world = TinyWorld.of(7, AMOUNT);

  @Test
  void theSameSeedGivesTheSame() {
    assertThat(TinyWorld.of(7, AMOUNT)).isEqualTo(world);
    assertThat(TinyWorld.of(8, AMOUNT)).isNotEqualTo(world);
  }

  @Test
  void noQuestionIsBothTrainedOnAndHeldOut() {
    Set<String> trained = new HashSet<>();
    world.training().forEach(t -> trained.add(t.question()));
    Set<String> heldOut = new HashSet<>();
    world.heldOut().forEach(t -> heldOut.add(t.question()));
    assertThat(heldOut).doesNotContainAnyElementsOf(trained);
    assertThat(trained).hasSameSizeAs(world.training());
    assertThat(heldOut).hasSameSizeAs(world.heldOut());
  }

  @Test
  void everyKindIsAskedAndExamined() {
    for (TaskKind kind : TaskKind.values()) {
      assertThat(world.training()).anyMatch(t -> t.kind() == kind);
      assertThat(world.heldOut().stream().filter(t -> t.kind() == kind))
          .hasSize(AMOUNT.heldOutOfEach());
    }
  }

  @Test
  void theTextPutsNoQuestion() {
    assertThat(world.text()).noneMatch(line -> line.contains("?"));
  }

  @Test
  void theTextTellsNoHeldOutFact() {
    String text = String.join("\n", world.text());
    for (Task task : world.heldOut()) {
      String sentence = task.question().substring(0, task.question().indexOf('.') + 1);
      assertThat(text).doesNotContain(sentence);
    }
  }

  @Test
  void theTextSaysEachFactTwice() {
    String text = String.join("\n", world.text());
    for (Task task : world.training()) {
      String sentence = task.question().substring(0, task.question().indexOf('.') + 1);
      int again = text.indexOf(sentence) + sentence.length() + 1;
      assertThat(text.substring(again, text.indexOf('.', again))).endsWith(" " + task.answer());
    }
  }

  @Test
  void theAnswerIsAWordOfTheSentenceAndNotOfTheQuestion() {
    List<Task> all = new ArrayList<>(world.training());
    all.addAll(world.heldOut());
    for (Task task : all) {
      int end = task.question().indexOf('.');
      List<String> said = List.of(task.question().substring(0, end).split(" "));
      List<String> asked = List.of(task.question().substring(end + 1).split("[ ?]+"));
      assertThat(said).contains(task.answer());
      assertThat(asked).doesNotContain(task.answer());
    }
  }

  @Test
  void anAnswerIsRightWhateverBlanksSurroundIt() {
    Task task = new Task(TaskKind.OWNS, "Anna has a fox. What does Anna have?", "fox");
    assertThat(task.accepts(" fox\n")).isTrue();
    assertThat(task.accepts("fox fox")).isFalse();
    assertThat(task.accepts("fox".toUpperCase(Locale.ROOT))).isFalse();
  }
}
