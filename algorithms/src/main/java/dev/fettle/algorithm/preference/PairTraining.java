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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  private final Map<String, List<PreferencePair>> evaluations;
  private final RunRows rows;
  private final BatchOptions batches;

  private PairTraining(
      List<PreferencePair> train,
      Map<String, List<PreferencePair>> evaluations,
      RunRows rows,
      BatchOptions batches) {
    this.train = train;
    this.evaluations = evaluations;
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
    List<PreferencePair> train = rows.train(encoding).examples();
    Map<String, List<PreferencePair>> evaluations = new LinkedHashMap<>();
    rows.evaluations(encoding).forEach((name, data) -> evaluations.put(name, data.examples()));
    return new PairTraining(train, evaluations, rows, batches);
  }

  /** Trains an objective that needs no reference. */
  public Training<PairBatch> with(Objective<PairBatch> objective, LanguageModel model) {
    Laid laid = lay(train, model);
    return Training.of(objective, BatchSource.of(laid.plan(), batches, laid::batch))
        .evaluatedOnEach(portions(model, Function.identity()));
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
        .evaluatedOnEach(portions(model, batch -> batch.against(reference.logProbs(batch, tail))));
  }

  /**
   * Micro-batches of the pairs that a trained model is measured on: all that it is evaluated on, or
   * where there are none, some of those it was trained on, evenly spread.
   *
   * @param most pairs trained on that are taken
   */
  public List<Iterable<PairBatch>> sample(LanguageModel model, int most) {
    if (!evaluations.isEmpty()) {
      return List.copyOf(portions(model, Function.identity()).values());
    }
    int count = Math.min(most, train.size());
    List<PreferencePair> some = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      some.add(train.get((int) ((long) i * train.size() / count)));
    }
    return List.of(portion(some, model, Function.identity()));
  }

  private Map<String, Iterable<PairBatch>> portions(
      LanguageModel model, Function<PairBatch, PairBatch> complete) {
    Map<String, Iterable<PairBatch>> sets = new LinkedHashMap<>();
    evaluations.forEach((name, pairs) -> sets.put(name, portion(pairs, model, complete)));
    return sets;
  }

  private Iterable<PairBatch> portion(
      List<PreferencePair> pairs, LanguageModel model, Function<PairBatch, PairBatch> complete) {
    Laid laid = lay(pairs, model);
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
