package dev.fettle.harness.compare;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a comparison found. {@code compare.json} holds it under these names; docs/compare.md lists
 * them.
 *
 * @param directory where {@code compare.json} and {@code compare.html} are; not in the JSON
 * @param name of the configuration that was compared
 * @param config the configuration, as YAML
 * @param created when, as in {@code 2025-01-31T12:00:00Z}
 * @param tolerance how close the losses had to stay
 * @param runs in the order in which they ran
 * @param pairs every two finished runs
 */
@JsonIgnoreProperties(value = "agreed", allowGetters = true)
@JsonPropertyOrder({"name", "created", "agreed", "tolerance", "pairs", "runs", "config"})
public record ComparisonReport(
    @JsonIgnore Path directory,
    String name,
    String config,
    String created,
    Tolerance tolerance,
    List<RunTrace> runs,
    List<PairDifference> pairs) {

  /** Copies the lists. */
  public ComparisonReport {
    runs = List.copyOf(runs);
    pairs = List.copyOf(pairs);
  }

  /** Every two of the runs that finished. */
  static List<PairDifference> pairs(List<RunTrace> runs, Tolerance tolerance) {
    List<RunTrace> finished = runs.stream().filter(RunTrace::finished).toList();
    List<PairDifference> pairs = new ArrayList<>();
    for (int i = 0; i < finished.size(); i++) {
      for (int j = i + 1; j < finished.size(); j++) {
        pairs.add(PairDifference.of(finished.get(i), finished.get(j), tolerance));
      }
    }
    return pairs;
  }

  /** Whether all runs finished and every two stayed within the tolerance. */
  @JsonProperty("agreed")
  public boolean agreed() {
    return failures().isEmpty() && pairs.stream().allMatch(PairDifference::withinTolerance);
  }

  /** The runs that did not finish. */
  public List<RunTrace> failures() {
    return runs.stream().filter(r -> !r.finished()).toList();
  }

  /** The measurements as JSON. */
  public Path json() {
    return directory.resolve("compare.json");
  }

  /** The measurements as a page for a browser. */
  public Path html() {
    return directory.resolve("compare.html");
  }
}
