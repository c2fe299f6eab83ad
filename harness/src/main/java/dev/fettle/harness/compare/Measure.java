package dev.fettle.harness.compare;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A line of the table: one thing measured on every run.
 *
 * @param name what
 * @param values one for each run, ready to be read
 * @param best which run has the best value; empty where none is better than another
 */
record Measure(String name, List<String> values, Optional<Integer> best) {

  /** All lines of the table. */
  static List<Measure> of(List<RunTrace> runs) {
    return List.of(
        plain("version", runs, r -> fact(r, RunFacts::version)),
        plain("device", runs, r -> fact(r, f -> f.device() + ", " + f.threads() + " threads")),
        plain("steps", runs, r -> Integer.toString(r.steps().size())),
        plain("loss of the last step", runs, Measure::lastLoss),
        least("tokens/s", runs, r -> Quantity.rate(r.tokensPerSecond()), r -> -r.tokensPerSecond()),
        least(
            "step time, median",
            runs,
            r -> Quantity.seconds(r.medianStepSeconds()),
            RunTrace::medianStepSeconds),
        least(
            "compile time",
            runs,
            r -> fact(r, f -> Quantity.seconds(f.compileSeconds())),
            r -> number(r, RunFacts::compileSeconds)),
        least(
            "time to first step",
            runs,
            r -> fact(r, f -> Quantity.seconds(f.firstStepSeconds())),
            r -> number(r, RunFacts::firstStepSeconds)),
        least(
            "whole process",
            runs,
            r -> fact(r, f -> Quantity.seconds(f.totalSeconds())),
            r -> number(r, RunFacts::totalSeconds)),
        least(
            "peak memory",
            runs,
            r -> fact(r, f -> Quantity.bytes(f.peakMemoryBytes())),
            r -> number(r, RunFacts::peakMemoryBytes)));
  }

  private static Measure plain(String name, List<RunTrace> runs, Function<RunTrace, String> value) {
    return new Measure(name, runs.stream().map(value).toList(), Optional.empty());
  }

  /** A measure of which less is better. A run that did not finish is not the best of any. */
  private static Measure least(
      String name,
      List<RunTrace> runs,
      Function<RunTrace, String> value,
      ToDoubleFunction<RunTrace> cost) {
    List<String> values =
        runs.stream().map(r -> r.finished() ? value.apply(r) : Quantity.NONE).toList();
    boolean differ = values.stream().filter(v -> !v.equals(Quantity.NONE)).distinct().count() > 1;
    Optional<Integer> best =
        IntStream.range(0, runs.size())
            .filter(i -> differ && !values.get(i).equals(Quantity.NONE))
            .boxed()
            .min((i, j) -> Double.compare(cost(cost, runs.get(i)), cost(cost, runs.get(j))));
    return new Measure(name, values, best);
  }

  private static double cost(ToDoubleFunction<RunTrace> cost, RunTrace run) {
    return cost.applyAsDouble(run);
  }

  private static String fact(RunTrace run, Function<RunFacts, String> value) {
    return run.facts() == null ? Quantity.NONE : value.apply(run.facts());
  }

  private static double number(RunTrace run, Function<RunFacts, ? extends @Nullable Number> value) {
    Number n = run.facts() == null ? null : value.apply(run.facts());
    return n == null ? Double.NaN : n.doubleValue();
  }

  private static String lastLoss(RunTrace run) {
    int n = run.steps().size();
    return n == 0 ? Quantity.NONE : Quantity.loss(run.steps().get(n - 1).loss());
  }
}
