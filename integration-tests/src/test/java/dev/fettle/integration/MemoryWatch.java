package dev.fettle.integration;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fettle.train.StepEvent;
import dev.fettle.train.TrainingListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** What this process holds in memory while a run takes its steps, in megabytes. */
final class MemoryWatch implements TrainingListener {
  /** What allocators keep back for later comes and goes by as much, beside the heap. */
  static final double MOST_BESIDE = 16;

  /** The same of the heap. */
  static final double MOST_HEAP = 4;

  private static final Path STATUS = Path.of("/proc/self/status");

  private final Predicate<StepEvent> when;
  private final List<Double> heap = new ArrayList<>();
  private final List<Double> beside = new ArrayList<>();
  private int programs;

  /**
   * Looks after some of the steps.
   *
   * @param when it looks
   */
  MemoryWatch(Predicate<StepEvent> when) {
    assumeTrue(Files.exists(STATUS), "memory is read from /proc, which this system has not");
    this.when = when;
  }

  @Override
  public void onStep(StepEvent event) {
    if (event.compileSeconds() > 0) {
      programs = heap.size();
    }
    if (when.test(event)) {
      heap.add(heapAfterCollection());
      beside.add(resident() - Runtime.getRuntime().totalMemory() / 1e6);
    }
  }

  /** How often it has looked. */
  int looks() {
    return heap.size();
  }

  /** How often it had looked when the last step came that had to compile a program. */
  int looksBeforeLastProgram() {
    return programs;
  }

  /**
   * By how much the heap has grown from a look on: from that quarter of what follows to its last.
   */
  double heapGrown(int from) {
    return grown(heap.subList(from, heap.size()));
  }

  /** The same of what lies beside the heap. */
  double besideGrown(int from) {
    return grown(beside.subList(from, beside.size()));
  }

  /** Medians of the first and the last quarter: what comes and goes does not count. */
  private static double grown(List<Double> megabytes) {
    int quarter = megabytes.size() / 4;
    return median(megabytes.subList(megabytes.size() - quarter, megabytes.size()))
        - median(megabytes.subList(0, quarter));
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  private static double heapAfterCollection() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return (runtime.totalMemory() - runtime.freeMemory()) / 1e6;
  }

  private static double resident() {
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith("VmRSS:")) {
          return Double.parseDouble(line.replaceAll("[^0-9]", "")) * 1024 / 1e6;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new IllegalStateException("no VmRSS in " + STATUS);
  }

  @Override
  public String toString() {
    return "heap %s%n  beside it %s MB, the last program compiled before look %d"
        .formatted(rounded(heap), rounded(beside), programs + 1);
  }

  private static List<Long> rounded(List<Double> megabytes) {
    return megabytes.stream().map(Math::round).toList();
  }
}
