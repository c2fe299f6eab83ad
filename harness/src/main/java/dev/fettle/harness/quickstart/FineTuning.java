package dev.fettle.harness.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.harness.run.TrainingReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A training on one backend, and what it came to.
 *
 * @param backend its id
 * @param model the trained model's directory
 * @param losses of every step
 * @param rewards the mean reward of each rollout, where there are any
 * @param seconds wall time from opening the run to the model's directory
 * @param tokensPerSecond non-padding tokens by wall time, the first step, which compiles, left out
 */
public record FineTuning(
    String backend,
    Path model,
    List<Double> losses,
    List<Double> rewards,
    double seconds,
    double tokensPerSecond) {

  /** Copies the list. */
  public FineTuning {
    losses = List.copyOf(losses);
    rewards = List.copyOf(rewards);
  }

  /** Reads what a run wrote about itself. */
  static FineTuning of(String backend, TrainingReport report, double seconds) {
    List<Double> losses = new ArrayList<>();
    List<Double> rewards = new ArrayList<>();
    double tokens = 0;
    double busy = 0;
    double before = 0;
    try {
      for (String line : Files.readAllLines(report.directory().metrics())) {
        JsonNode row = new ObjectMapper().readTree(line);
        losses.add(row.path("loss").doubleValue());
        if (row.has("reward")) {
          rewards.add(row.path("reward").doubleValue());
        }
        double now = row.path("num_tokens").doubleValue();
        if (losses.size() > 1) {
          tokens += now - before;
          busy += row.path("step_time").doubleValue();
        }
        before = now;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new FineTuning(
        backend,
        report.directory().finalModel(),
        losses,
        rewards,
        seconds,
        busy > 0 ? tokens / busy : 0);
  }

  /** The loss of the last step. */
  public double lastLoss() {
    return losses.isEmpty() ? Double.NaN : losses.get(losses.size() - 1);
  }

  /**
   * The largest difference from another's loss in any of the first steps; both see the same data in
   * the same order.
   */
  public double largestDifference(FineTuning other, int steps) {
    double largest = 0;
    for (int i = 0; i < Math.min(steps, Math.min(losses.size(), other.losses.size())); i++) {
      largest = Math.max(largest, Math.abs(losses.get(i) - other.losses.get(i)));
    }
    return largest;
  }
}
