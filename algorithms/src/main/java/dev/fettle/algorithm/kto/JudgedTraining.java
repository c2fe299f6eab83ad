package dev.fettle.algorithm.kto;

import dev.fettle.algorithm.RunRows;
import dev.fettle.algorithm.Training;
import dev.fettle.algorithm.preference.HeldReference;
import dev.fettle.algorithm.preference.PairTraining;
import dev.fettle.algorithm.preference.ReferenceScorer;
import dev.fettle.data.Example;
import dev.fettle.data.batch.BatchOptions;
import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.pack.RowPlan;
import dev.fettle.data.preference.JudgedAnswer;
import dev.fettle.data.preference.JudgedRow;
import dev.fettle.data.preference.JudgedRows;
import dev.fettle.settings.ConfigException;
import dev.fettle.tokenizer.Tokenizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The judged answers of a run, laid out and ready to be trained on. */
final class JudgedTraining {
  /** How much more unwanted answers may weigh in all: the paper's eq. 9. */
  private static final double MOST = 1.33;

  private final List<JudgedAnswer> train;
  private final Map<String, List<JudgedAnswer>> evaluations = new LinkedHashMap<>();
  private final RunRows rows;
  private final BatchOptions batches;
  private final KtoSettings settings;

  /**
   * Reads the answers of a run.
   *
   * @throws ConfigException where no answer can stand behind another one's prompt
   * @throws dev.fettle.data.read.DataException where a file or row is broken, or no row is left
   */
  JudgedTraining(
      KtoSettings settings, RunRows rows, Optional<Tokenizer> tokenizer, BatchOptions batches) {
    this.settings = settings;
    this.rows = rows;
    this.batches = batches;
    PairTraining.requireWhole(rows);
    if (estimates() && batches.batchSize() < 2) {
      throw ConfigException.about(
          "train.batchSize",
          "is 1, but the loss kto puts every answer of a step behind another one's prompt; give 2 or"
              + " more, or algorithm.loss: apo_zero_unpaired");
    }
    JudgedRows encoding = new JudgedRows(tokenizer);
    this.train = JudgedRow.apart(rows.train(encoding).examples());
    rows.evaluations(encoding)
        .forEach((name, data) -> evaluations.put(name, JudgedRow.apart(data.examples())));
    if (estimates() && train.size() < 2) {
      throw ConfigException.about(
          "data.train",
          "has one answer, but the loss kto puts every answer of a step behind another one's prompt;"
              + " give more rows");
    }
  }

  private boolean estimates() {
    return settings.loss() == KtoSettings.Loss.KTO;
  }

  /** Trains with a policy and what it is held against. */
  Training<JudgedBatch> with(HeldReference.Means means) {
    HeldReference held = means.held(settings.reference(), settings.syncReference());
    RowPlan plan = plan(train);
    BatchSource<JudgedBatch> source =
        BatchSource.of(plan, batches, micro -> JudgedBatch.of(micro, train));
    Map<String, Iterable<JudgedBatch>> sets = new LinkedHashMap<>();
    evaluations.forEach(
        (name, answers) ->
            sets.put(
                name,
                new JudgedPortions(
                    plan(answers), answers, batches, completion(answers, held, means))));
    return Training.of(
            new KtoObjective(settings), new JudgedSource(source, completion(train, held, means)))
        .evaluatedOnEach(sets)
        .joinedBy(held.hook(), held.kept())
        .noting(notes());
  }

  private RowPlan plan(List<JudgedAnswer> answers) {
    return RowPlan.ofGroups(answers, answer -> List.of(answer.example()), rows.packing());
  }

  private Completion completion(
      List<JudgedAnswer> answers, HeldReference held, HeldReference.Means means) {
    Optional<Mismatched> distance =
        estimates()
            ? Optional.of(
                new Mismatched(
                    ReferenceScorer.of(means.policy(), means.programs()),
                    held.reference(),
                    rows.packing(),
                    batches.microBatchSize()))
            : Optional.empty();
    List<Example> examples = answers.stream().map(JudgedAnswer::example).toList();
    return new Completion(held.reference(), distance, examples);
  }

  private List<String> notes() {
    double wanted = Math.max(1, train.stream().filter(JudgedAnswer::desirable).count());
    double unwanted = Math.max(1, train.size() - wanted);
    double balance = unwanted * settings.undesirableWeight() / wanted;
    double own = settings.desirableWeight();
    if (wanted == unwanted || (own >= rounded(balance) && own <= rounded(balance * MOST))) {
      return List.of();
    }
    return List.of(
        String.format(
            Locale.ROOT,
            "%.0f answers are wanted and %.0f are not; desirableWeight from %s to %s, or"
                + " undesirableWeight from %s to %s, would balance them",
            wanted,
            unwanted,
            rounded(balance),
            rounded(balance * MOST),
            rounded(wanted * own / unwanted / MOST),
            rounded(wanted * own / unwanted)));
  }

  /** To two decimals, as TRL compares them. */
  private static double rounded(double value) {
    return Math.rint(value * 100) / 100;
  }
}
