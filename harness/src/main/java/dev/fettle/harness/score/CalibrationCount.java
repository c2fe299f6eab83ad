package dev.fettle.harness.score;

import dev.fettle.harness.score.Calibration.Bin;
import dev.fettle.harness.score.Calibration.Bucket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Counts pairs into a {@link Calibration}. */
final class CalibrationCount {
  /** Of probabilities from a half to 1. */
  private static final int BINS = 10;

  private static final int BUCKETS = 5;

  /** Rows that say one of so many margins at most are told apart by them. */
  private static final int MARGINS = 8;

  private final List<PairRewards> pairs;
  private final long dropped;

  CalibrationCount(List<PairRewards> all) {
    this.pairs = all.stream().filter(PairRewards::isKnown).toList();
    this.dropped = (long) all.size() - pairs.size();
    if (pairs.isEmpty()) {
      throw new IllegalArgumentException("no pair has rewards");
    }
  }

  Calibration result() {
    List<Bin> bins = reliability();
    double error =
        bins.stream().mapToDouble(b -> b.pairs() * Math.abs(b.confidence() - b.accuracy())).sum();
    return new Calibration(
        pairs.size(),
        dropped,
        right(pairs),
        pairs.stream().filter(p -> p.ahead() == 0).count(),
        mean(PairRewards::ahead),
        mean(p -> Math.pow(sigmoid(-p.ahead()), 2)),
        mean(p -> softplus(-p.ahead())),
        error / pairs.size(),
        bins,
        quantiles(p -> Math.abs(p.ahead())),
        byMargin());
  }

  private double mean(ToDoubleFunction<PairRewards> of) {
    return pairs.stream().mapToDouble(of).average().orElseThrow();
  }

  private static Share right(List<PairRewards> some) {
    return new Share(some.stream().filter(p -> p.ahead() > 0).count(), some.size());
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  /** The logarithm of 1 + exp x, which does not overflow. */
  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  /** Bins without a pair are left out. */
  private List<Bin> reliability() {
    long[] count = new long[BINS];
    double[] confidence = new double[BINS];
    double[] accuracy = new double[BINS];
    for (PairRewards pair : pairs) {
      double probability = sigmoid(Math.abs(pair.ahead()));
      int bin = Math.min(BINS - 1, (int) ((probability - 0.5) * 2 * BINS));
      count[bin]++;
      confidence[bin] += probability;
      accuracy[bin] += pair.ahead() > 0 ? 1 : pair.ahead() == 0 ? 0.5 : 0;
    }
    List<Bin> bins = new ArrayList<>();
    for (int i = 0; i < BINS; i++) {
      if (count[i] > 0) {
        double from = 0.5 + 0.5 * i / BINS;
        double to = 0.5 + 0.5 * (i + 1) / BINS;
        bins.add(new Bin(from, to, count[i], confidence[i] / count[i], accuracy[i] / count[i]));
      }
    }
    return bins;
  }

  /** As many pairs in each bucket, but for one. */
  private List<Bucket> quantiles(ToDoubleFunction<PairRewards> of) {
    List<PairRewards> sorted = pairs.stream().sorted(Comparator.comparingDouble(of)).toList();
    int buckets = Math.min(BUCKETS, sorted.size());
    List<Bucket> all = new ArrayList<>();
    for (int i = 0; i < buckets; i++) {
      List<PairRewards> some =
          sorted.subList(i * sorted.size() / buckets, (i + 1) * sorted.size() / buckets);
      all.add(bucket(some, of));
    }
    return all;
  }

  private static Bucket bucket(List<PairRewards> some, ToDoubleFunction<PairRewards> of) {
    return new Bucket(
        of.applyAsDouble(some.get(0)), of.applyAsDouble(some.get(some.size() - 1)), right(some));
  }

  private List<Bucket> byMargin() {
    double[] margins = pairs.stream().mapToDouble(PairRewards::margin).distinct().toArray();
    if (margins.length == 1 && margins[0] == 0) {
      return List.of();
    }
    if (margins.length > MARGINS) {
      return quantiles(PairRewards::margin);
    }
    Arrays.sort(margins);
    List<Bucket> all = new ArrayList<>();
    for (double margin : margins) {
      all.add(
          bucket(pairs.stream().filter(p -> p.margin() == margin).toList(), PairRewards::margin));
    }
    return all;
  }
}
