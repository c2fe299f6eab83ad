package dev.fettle.harness.run;

import dev.fettle.metrics.MetricSink;
import dev.fettle.metrics.MetricsRow;
import dev.fettle.metrics.Throughput;
import dev.fettle.train.StepEvent;
import dev.fettle.train.StepResult;
import dev.fettle.train.TrainingListener;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Turns what happens in training into rows of metrics, under the names other trainers use. */
final class MetricsListener implements TrainingListener {
  private static final int WINDOW = 10;
  private static final String LOSS = "loss";
  private static final String NORM = "grad_norm";
  private static final String TIMING = "timing/";
  private static final String TRAINING = TIMING + "train";

  private final List<MetricSink> sinks;
  private final long logEvery;
  private final long steps;
  private final Throughput throughput = new Throughput(WINDOW);
  private Map<String, Double> lastStep = Map.of();
  private Map<String, Double> lastEvaluation = Map.of();

  MetricsListener(List<MetricSink> sinks, long logEvery, long steps) {
    this.sinks = sinks;
    this.logEvery = logEvery;
    this.steps = steps;
  }

  @Override
  public void onStep(StepEvent e) {
    throughput.add(e.tokens(), e.seconds() - making(e), e.compileSeconds());
    lastStep = e.metrics();
    boolean due = e.step() % logEvery == 0 || e.step() == steps;
    if (!due && e.found().isEmpty()) {
      return;
    }
    Map<String, Double> others = new LinkedHashMap<>(e.metrics());
    others.keySet().removeAll(List.of(LOSS, NORM));
    MetricsRow.Builder row =
        MetricsRow.at(e.step())
            .put(LOSS, e.metrics().getOrDefault(LOSS, Double.NaN))
            .put(NORM, e.metrics().getOrDefault(NORM, Double.NaN))
            .put("learning_rate", e.learningRate())
            .put("epoch", e.epoch())
            .put("num_tokens", e.totalTokens())
            .put("tokens_per_second", throughput.tokensPerSecond().orElse(0))
            .put("step_time", e.seconds());
    if (e.compileSeconds() > 0) {
      row.put("compile_time", e.compileSeconds());
    }
    write(row.putAll(others).putAll(e.found()).build());
  }

  /** The time in which data was made, as answers are sampled: no part of training's throughput. */
  private static double making(StepEvent e) {
    return e.found().entrySet().stream()
        .filter(m -> m.getKey().startsWith(TIMING) && !m.getKey().equals(TRAINING))
        .mapToDouble(Map.Entry::getValue)
        .sum();
  }

  @Override
  public void onEvaluation(long step, StepResult result) {
    MetricsRow row = MetricsRow.at(step).putAll(result.metrics()).build().prefixed("eval_");
    Map<String, Double> named = new LinkedHashMap<>();
    row.values().forEach((name, value) -> named.put(name, value.doubleValue()));
    lastEvaluation = named;
    write(row);
  }

  private void write(MetricsRow row) {
    sinks.forEach(s -> s.write(row));
  }

  /** What was logged last. */
  LoggedMetrics last() {
    return new LoggedMetrics(lastStep, lastEvaluation);
  }
}
