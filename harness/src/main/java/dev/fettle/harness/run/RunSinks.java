package dev.fettle.harness.run;

import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.config.Track;
import dev.fettle.harness.wiring.Resources;
import dev.fettle.metrics.ConsoleOptions;
import dev.fettle.metrics.ConsoleSink;
import dev.fettle.metrics.JsonlSink;
import dev.fettle.metrics.MetricSink;
import dev.fettle.metrics.TensorBoardSink;
import java.util.ArrayList;
import java.util.List;

/** The places a run's metrics go to. */
final class RunSinks implements AutoCloseable {
  /** Without a terminal, about so many lines are printed. */
  private static final long LINES = 100;

  private final Resources resources = new Resources();
  private final List<MetricSink> all = new ArrayList<>();

  private RunSinks() {}

  /**
   * Opens what the configuration tracks.
   *
   * @param resumed whether files go on after {@code from} steps; else they begin anew
   * @throws dev.fettle.metrics.MetricsException if one cannot be written
   */
  static RunSinks open(
      RunConfig config, Terminal terminal, long from, long steps, boolean resumed) {
    RunSinks sinks = new RunSinks();
    RunDirectory directory = new RunDirectory(config.run().directory());
    try {
      for (Track track : config.track()) {
        sinks.all.add(
            sinks.resources.own(
                switch (track) {
                  case CONSOLE -> console(config, terminal, from, steps);
                  case JSONL ->
                      resumed
                          ? JsonlSink.resume(directory.metrics(), from)
                          : JsonlSink.create(directory.metrics());
                  case TENSORBOARD ->
                      resumed
                          ? TensorBoardSink.resume(directory.tensorboard(), from)
                          : TensorBoardSink.create(directory.tensorboard());
                }));
      }
      return sinks;
    } catch (RuntimeException e) {
      sinks.close();
      throw e;
    }
  }

  private static MetricSink console(RunConfig config, Terminal terminal, long from, long steps) {
    long every = Math.max(config.train().logEvery(), steps / LINES);
    return new ConsoleSink(
        terminal.out(), new ConsoleOptions(steps, from, Math.max(1, every)), terminal.bars());
  }

  List<MetricSink> all() {
    return all;
  }

  @Override
  public void close() {
    resources.close();
  }
}
