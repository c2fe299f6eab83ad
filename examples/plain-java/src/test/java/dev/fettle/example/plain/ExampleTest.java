package dev.fettle.example.plain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.harness.run.TrainingReport;
import dev.fettle.harness.run.TrainingReport.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExampleTest {
  @TempDir private Path dir;

  @Test
  void aStoppedTrainingGoesOnAndTheModelKnowsTheAnswers() throws IOException {
    Path rows = Questions.write(dir);
    FineTuning tuning = FineTuning.of(Questions.model(dir), rows, dir.resolve("runs"));
    List<Double> losses = new ArrayList<>();
    TrainingReport stopped =
        tuning.train(
            step -> {
              losses.add(step.metrics().getOrDefault("loss", Double.NaN));
              if (step.step() == 10) {
                tuning.stop();
              }
            });
    assertThat(stopped.outcome()).isEqualTo(Outcome.STOPPED);
    assertThat(losses).hasSize(10);
    TrainingReport finished = tuning.resume();
    assertThat(finished.outcome()).isEqualTo(Outcome.FINISHED);
    assertThat(finished.from()).isEqualTo(10);
    assertThat(finished.loss()).isLessThan(losses.get(0) / 10);
    try (Answers answers = new Answers(finished.model().orElseThrow())) {
      List<String> questions = List.copyOf(Questions.all().keySet());
      List<String> known = List.copyOf(Questions.all().values());
      assertThat(answers.answers(questions)).isEqualTo(known);
      assertThat(answers.answer(questions.get(2))).isEqualTo(known.get(2));
      List<String> pieces = new ArrayList<>();
      assertThat(answers.answer(questions.get(1), pieces::add).text()).isEqualTo(known.get(1));
      assertThat(String.join("", pieces)).isEqualTo(known.get(1));
      pieces.clear();
      String streamed = Answers.read(answers.stream(questions.get(0)), pieces::add).join();
      assertThat(streamed).isEqualTo(known.get(0)).isEqualTo(String.join("", pieces));
      assertThat(answers.draw(questions.get(3), 1)).isNotBlank();
      assertThat(answers.score(rows, dir.resolve("scores.jsonl")).perplexity()).isLessThan(1.5);
    }
  }
}
