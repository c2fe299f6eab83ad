package dev.fettle.harness.model;

import dev.fettle.data.Example;
import dev.fettle.data.Sized;
import dev.fettle.data.encode.LossOn;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.data.encode.TextRows;
import dev.fettle.data.preference.PreferencePair;
import dev.fettle.data.preference.PreferenceRows;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.Row;
import dev.fettle.data.read.RowReader;
import dev.fettle.data.read.RowSelection;
import dev.fettle.harness.config.DataSettings;
import dev.fettle.harness.run.RowLoading;
import dev.fettle.harness.score.Calibration;
import dev.fettle.harness.score.EncodedRows;
import dev.fettle.harness.score.PairRewards;
import dev.fettle.harness.score.PairScoring;
import dev.fettle.harness.score.RewardScorer;
import dev.fettle.harness.score.RewardScoring;
import dev.fettle.harness.score.RewardSummary;
import dev.fettle.models.head.RewardScale;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import java.util.function.IntFunction;

/**
 * Rewards the rows of files.
 *
 * @param data whose {@code train} files are read
 * @param files of the reward model
 * @param scorers makes what scores sequences of so many tokens at most
 * @param eachRow called before a row is given out
 */
record RewardRows(
    DataSettings data, ModelFiles files, IntFunction<RewardScorer> scorers, Runnable eachRow) {

  RewardSummary rewards(Optional<RewardScale> scale, DoubleConsumer listener) {
    try (EncodedRows<Example> rows = rows(texts());
        RewardScorer scorer = scorers.apply(length())) {
      RewardSummary summary =
          new RewardScoring(rows, scorer, scale)
              .run(
                  reward -> {
                    eachRow.run();
                    listener.accept(reward);
                  });
      if (summary.rows() == 0) {
        throw new DataException(loading().all().files() + " has no rows; write the rows again");
      }
      return summary;
    }
  }

  Calibration pairs(Optional<RewardScale> scale, Consumer<PairRewards> listener) {
    try (EncodedRows<PreferencePair> rows = rows(preferences());
        RewardScorer scorer = scorers.apply(length())) {
      List<PairRewards> all =
          new PairScoring(rows, scorer, scale)
              .run(
                  pair -> {
                    eachRow.run();
                    listener.accept(pair);
                  });
      if (all.stream().noneMatch(PairRewards::isKnown)) {
        throw new DataException(
            loading().all().files() + " has no row with two answers to tell apart");
      }
      return Calibration.of(all);
    }
  }

  /** By the first row: what can be read either way is no pair. */
  boolean arePairs() {
    RowLoading loading = loading();
    RowSelection selection = loading.all();
    for (Path file : selection.files()) {
      try (RowReader reader = RowReader.open(file, selection.limits())) {
        Optional<Row> first = reader.next();
        if (first.isPresent()) {
          return preferences().reads(first.get(), loading.encoding(length()))
              && !texts().reads(first.get(), loading.encoding(length()));
        }
      }
    }
    return false;
  }

  private TextRows texts() {
    return new TextRows(files.tokenizer(), LossOn.AUTO);
  }

  private PreferenceRows preferences() {
    return new PreferenceRows(files.tokenizer());
  }

  private <E extends Sized> EncodedRows<E> rows(RowEncoding<E> encoding) {
    RowLoading loading = loading();
    return new EncodedRows<>(loading.all(), encoding, loading.encoding(length()));
  }

  private RowLoading loading() {
    return new RowLoading(data, files, RowLoading.Means.quiet());
  }

  /** What the settings say, else all that the model takes. */
  private int length() {
    return data.maxLength().isPresent()
        ? loading().maxLength()
        : files.model().shape().maxPositions();
  }
}
