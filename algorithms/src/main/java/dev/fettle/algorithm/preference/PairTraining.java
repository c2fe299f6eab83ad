package dev.fettle.algorithm.preference;

import dev.fettle.algorithm.RunCache;
import dev.fettle.algorithm.RunRows;
import dev.fettle.algorithm.RunSite;
import dev.fettle.algorithm.Training;
import dev.fettle.algorithm.preference.PrecomputedReference.Layout;
import dev.fettle.data.batch.BatchOptions;
import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.pack.RowPlan;
import dev.fettle.data.preference.PreferencePair;
import dev.fettle.data.preference.PreferencePair.Members;
import dev.fettle.data.preference.PreferenceRows;
import dev.fettle.models.LanguageModel;
import dev.fettle.objective.Objective;
import dev.fettle.settings.ConfigException;
import dev.fettle.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The pairs of a run, laid out and ready to be trained on: what every algorithm over preferences
 * begins with.
 */
public final class PairTraining {

  /** Pairs and the rows they lie in. */
  private record Laid(List<PreferencePair> pairs, RowPlan plan, Members members) {

    PairBatch batch(MicroBatch rows) {
      return PairBatch.of(rows, pairs, members);
    }

    Layout layout() {
      return new Layout(pairs.size(), members.count(), plan.fingerprint());
    }
  }

  /**
   * Where a run works and keeps what it can make again.
   *
   * @param cache of the run
   * @param site shows the work, and ends it when asked
   */
  public record Place(RunCache cache, RunSite site) {}

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
    return read(rows, new PreferenceRows(tokenizer), batches);
  }

  /** The same of rows that are read otherwise. */
  public static PairTraining read(RunRows rows, PreferenceRows encoding, BatchOptions batches) {
    requireWhole(rows);
    List<PreferencePair> train = rows.train(encoding).examples();
    Map<String, List<PreferencePair>> evaluations = new LinkedHashMap<>();
    rows.evaluations(encoding).forEach((name, data) -> evaluations.put(name, data.examples()));
    return new PairTraining(train, evaluations, rows, batches);
  }

  /**
   * Answers are learnt whole.
   *
   * @throws ConfigException where rows are cut into pieces
   */
  public static void requireWhole(RunRows rows) {
    if (rows.packing().packing().splits()) {
      throw ConfigException.about(
          "data.packing",
          "is "
              + rows.packing().packing().name().toLowerCase(Locale.ROOT)
              + ", which cuts answers into pieces, and this algorithm compares whole ones; use bfd or"
              + " none");
    }
  }

  /** Trains an objective that needs no reference. */
  public Training<PairBatch> with(Objective<PairBatch> objective, LanguageModel model) {
    return with(objective, model, laid -> UnaryOperator.identity());
  }

  /**
   * Trains an objective against a reference that is asked for each batch.
   *
   * @param tail what the tokens of the longer answer beyond the shorter one's length count
   */
  public Training<PairBatch> with(
      Objective<PairBatch> objective, LanguageModel model, HeldReference held, double tail) {
    Laid laid = lay(train, model);
    BatchSource<PairBatch> source = BatchSource.of(laid.plan(), batches, laid::batch);
    Reference reference = held.reference();
    UnaryOperator<PairBatch> asked =
        b -> b.against(reference.logProbs(b.rows(), b.tokenWeights(tail)));
    return Training.of(objective, new ReferencedSource(source, held, tail))
        .evaluatedOnEach(portions(model, of -> asked))
        .joinedBy(held.hook(), held.kept());
  }

  /**
   * The same against one that is asked for all pairs now, and not again.
   *
   * @param place where what it says is kept
   */
  public Training<PairBatch> with(
      Objective<PairBatch> objective,
      LanguageModel model,
      ReferenceScorer reference,
      double tail,
      Place place) {
    PrecomputedReference once =
        new PrecomputedReference(
            reference, new StoredLogProbs(place.cache().directory()), place.site());
    return with(
        objective,
        model,
        laid -> {
          Layout layout = laid.layout();
          Iterable<PairBatch> all =
              BatchSource.portions(laid.plan(), batches.microBatchSize(), laid::batch);
          float[] known = once.of(all, layout, tail);
          return batch -> batch.against(layout.of(known, batch.rows()));
        });
  }

  private Training<PairBatch> with(
      Objective<PairBatch> objective,
      LanguageModel model,
      Function<Laid, UnaryOperator<PairBatch>> completed) {
    Laid laid = lay(train, model);
    UnaryOperator<PairBatch> complete = completed.apply(laid);
    return Training.of(
            objective,
            BatchSource.of(laid.plan(), batches, rows -> complete.apply(laid.batch(rows))))
        .evaluatedOnEach(portions(model, completed));
  }

  /**
   * Micro-batches of the pairs that a trained model is measured on: all that it is evaluated on, or
   * where there are none, some of those it was trained on, evenly spread.
   *
   * @param most pairs trained on that are taken
   */
  public List<Iterable<PairBatch>> sample(LanguageModel model, int most) {
    if (!evaluations.isEmpty()) {
      return List.copyOf(portions(model, laid -> UnaryOperator.identity()).values());
    }
    int count = Math.min(most, train.size());
    List<PreferencePair> some = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      some.add(train.get((int) ((long) i * train.size() / count)));
    }
    return List.of(portion(some, model, laid -> UnaryOperator.identity()));
  }

  private Map<String, Iterable<PairBatch>> portions(
      LanguageModel model, Function<Laid, UnaryOperator<PairBatch>> completed) {
    Map<String, Iterable<PairBatch>> sets = new LinkedHashMap<>();
    evaluations.forEach((name, pairs) -> sets.put(name, portion(pairs, model, completed)));
    return sets;
  }

  private Iterable<PairBatch> portion(
      List<PreferencePair> pairs,
      LanguageModel model,
      Function<Laid, UnaryOperator<PairBatch>> completed) {
    Laid laid = lay(pairs, model);
    UnaryOperator<PairBatch> complete = completed.apply(laid);
    return BatchSource.portions(
        laid.plan(), batches.microBatchSize(), rows -> complete.apply(laid.batch(rows)));
  }

  /** A prompt is read once for both answers unless the model reads it otherwise for each. */
  private Laid lay(List<PreferencePair> pairs, LanguageModel model) {
    boolean promptOnce = !model.dependsOnLength();
    return new Laid(
        pairs,
        PreferencePair.plan(pairs, rows.packing(), promptOnce),
        PreferencePair.members(pairs, promptOnce));
  }
}
