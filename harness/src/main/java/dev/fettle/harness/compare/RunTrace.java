package dev.fettle.harness.compare;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One run of a comparison.
 *
 * @param label its name in the comparison: the backend's id, numbered where that occurs twice
 * @param failure why it did not finish; null if it did
 * @param facts what it was carried out with and what it cost; null where its process left nothing
 * @param steps those it took, in order
 */
@JsonIgnoreProperties(
    value = {"tokensPerSecond", "medianStepSeconds"},
    allowGetters = true)
@JsonPropertyOrder({"label", "failure", "facts", "tokensPerSecond", "medianStepSeconds", "steps"})
public record RunTrace(
    String label, @Nullable RunFailure failure, @Nullable RunFacts facts, List<StepRow> steps) {

  /** Copies the list. */
  public RunTrace {
    steps = List.copyOf(steps);
  }

  static RunTrace failed(String label, String message) {
    return new RunTrace(label, new RunFailure(message, false), null, List.of());
  }

  /** Whether all steps were taken. */
  boolean finished() {
    return failure == null;
  }

  /** Non-padding tokens per second over all steps after the first; NaN if there are none. */
  @JsonProperty("tokensPerSecond")
  public double tokensPerSecond() {
    List<StepRow> timed = timed();
    double seconds = timed.stream().mapToDouble(StepRow::seconds).sum();
    return timed.stream().mapToLong(StepRow::tokens).sum() / seconds;
  }

  /** The median of the steps' seconds, the first step left out; NaN if there are none. */
  @JsonProperty("medianStepSeconds")
  public double medianStepSeconds() {
    double[] seconds = timed().stream().mapToDouble(StepRow::seconds).sorted().toArray();
    int n = seconds.length;
    return n == 0 ? Double.NaN : (seconds[(n - 1) / 2] + seconds[n / 2]) / 2;
  }

  /** Without the first step, which compiles; a run of one step has nothing else to be timed by. */
  private List<StepRow> timed() {
    return steps.size() > 1 ? steps.subList(1, steps.size()) : steps;
  }
}
