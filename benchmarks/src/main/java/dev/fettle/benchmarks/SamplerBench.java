package dev.fettle.benchmarks;

import dev.fettle.models.generate.Sampler;
import dev.fettle.models.generate.SamplingOptions.Choice;
import dev.fettle.models.random.RandomStream;
import dev.fettle.models.random.RandomStream.Purpose;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Times the choice of one token on the host, by each kind of choice, at a vocabulary of 152,000
 * tokens: logits of a model that is sure of a few, and of one that is sure of nothing. It is the
 * thread's own time that is taken, so what else the machine does matters little.
 */
public final class SamplerBench {
  private static final int VOCAB = 151_936;
  private static final int ROUNDS = 7;
  private static final int TOKENS = 40;

  private SamplerBench() {}

  private static Map<String, Choice> choices() {
    Map<String, Choice> all = new LinkedHashMap<>();
    all.put("greedy", new Choice(1, 0, 0, 1, 0));
    all.put("plain", new Choice(1, 1, 0, 1, 0));
    all.put("temperature 0.7", new Choice(1, 0.7, 0, 1, 0));
    all.put("top-k 50", new Choice(1, 1, 50, 1, 0));
    all.put("top-p 0.9", new Choice(1, 1, 0, 0.9, 0));
    all.put("penalty, 0.8, top-k 40, top-p 0.95", new Choice(1.1, 0.8, 40, 0.95, 0));
    return all;
  }

  /** Takes no arguments. */
  public static void main(String[] args) {
    for (double spread : new double[] {3, 0.1}) {
      RandomStream random = RandomStream.of(1, Purpose.DATA, 0, 0);
      float[] logits = new float[VOCAB];
      for (int i = 0; i < VOCAB; i++) {
        logits[i] = (float) (spread * random.nextGaussian());
      }
      choices().forEach((name, choice) -> time(name, choice, spread, logits));
    }
  }

  private static void time(String name, Choice choice, double spread, float[] logits) {
    Sampler sampler = new Sampler(choice, VOCAB);
    RandomStream draws = RandomStream.of(1, Purpose.SAMPLE, 0, 0);
    BitSet seen = new BitSet();
    seen.set(0, 500);
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    double best = Double.MAX_VALUE;
    long ids = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long start = threads.getCurrentThreadCpuTime();
      for (int i = 0; i < TOKENS; i++) {
        ids += sampler.pick(logits.clone(), seen, draws).id();
      }
      best = Math.min(best, (threads.getCurrentThreadCpuTime() - start) / 1e6 / TOKENS);
    }
    System.out.printf(
        Locale.ROOT, "spread %.1f %-36s %.2f ms a token (%d)%n", spread, name, best, ids);
  }
}
