package dev.fettle.algorithm.preference;

import dev.fettle.algorithm.RunRows;
import dev.fettle.algorithm.Training;
import dev.fettle.data.batch.BatchOptions;
import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.pack.RowPlan;
import dev.fettle.data.preference.PreferencePair;
import dev.fettle.data.preference.PreferenceRows;
import dev.fettle.models.LanguageModel;
import dev.fettle.objective.Objective;
import dev.fettle.tokenizer.Tokenizer;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The pairs of a run, laid out and ready to be trained on: what every algorithm over preferences
 * begins with.
 */
public final class PairTraining {

  /** Pairs and the rows they lie in. */
  private record Laid(List<PreferencePair> pairs, RowPlan plan, int examplesOfPair) {

    PairBatch batch(MicroBatch rows) {
      return PairBatch.of(rows, pairs, examplesOfPair);
    }
  }

  private final List<PreferencePair> train;
  private final Optional<List<PreferencePair>> evaluation;
  private final RunRows rows;
  private final BatchOptions batches;

  private PairTraining(
      List<PreferencePair> train,
      Optional<List<PreferencePair>> evaluation,
      RunRows rows,
      BatchOptions batches) {
    this.train = train;
    this.evaluation = evaluation;
    this.rows = rows;
    this.batches = batches;
  }

  /**
   * Reads the pairs of a run.
   *
   * @throws dev.fettle.data.read.DataException where a file or row is broken, or no row is left
   */
  public static PairTraining read(
      RunRows rows, Optional<Tokenizer> tokenizer, BatchOptions batches) {
    PreferenceRows encoding = new PreferenceRows(tokenizer);
    return new PairTraining(
        rows.train(encoding).examples(),
        rows.evaluation(encoding).map(data -> data.examples()),
        rows,
        batches);
  }

  /** Trains an objective that needs no reference. */
  public Training<PairBatch> with(Objective<PairBatch> objective, LanguageModel model) {
    Laid laid = lay(train, model);
    return Training.of(objective, BatchSource.of(laid.plan(), batches, laid::batch))
        .evaluatedOn(portions(model, Function.identity()));
  }

  /**
   * Trains an objective against a reference.
   *
   * @param tail what the tokens of the longer answer beyond the shorter one's length count
   * @param same a model that must equal the reference as long as nothing is trained
   */
  public Training<PairBatch> with(
      Objective<PairBatch> objective,
      LanguageModel model,
      Reference reference,
      double tail,
      Optional<Reference> same) {
    Laid laid = lay(train, model);
    BatchSource<PairBatch> source = BatchSource.of(laid.plan(), batches, laid::batch);
    return Training.of(objective, new ReferencedSource(source, reference, tail, same))
        .evaluatedOn(portions(model, batch -> batch.against(reference.logProbs(batch, tail))));
  }

  private Iterable<PairBatch> portions(
      LanguageModel model, Function<PairBatch, PairBatch> complete) {
    if (evaluation.isEmpty()) {
      return List.of();
    }
    Laid laid = lay(evaluation.get(), model);
    return BatchSource.portions(
        laid.plan(), batches.microBatchSize(), complete.compose(laid::batch));
  }

  /** A prompt is read once for both answers unless the model reads it otherwise for each. */
  private Laid lay(List<PreferencePair> pairs, LanguageModel model) {
    boolean promptOnce = !model.dependsOnLength();
    return new Laid(
        pairs,
        PreferencePair.plan(pairs, rows.packing(), promptOnce),
        promptOnce ? PreferencePair.PROMPTED : PreferencePair.APART);
  }
}
