package dev.fettle.algorithm.preference;

import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.batch.Cursor;
import dev.fettle.data.batch.StepBatch;
import dev.fettle.settings.ConfigException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Pairs with what the reference makes of them. The rows are prepared in the background; the
 * reference runs on the training thread.
 */
final class ReferencedSource implements BatchSource<PairBatch> {

  /** By how much equal models may differ, of an answer's log-probability. */
  private static final double ROUNDING = 1e-3;

  private final BatchSource<PairBatch> rows;
  private final Reference reference;
  private final double tail;
  private Optional<ReferenceScorer> same;

  ReferencedSource(BatchSource<PairBatch> rows, HeldReference held, double tail) {
    this.rows = rows;
    this.reference = held.reference();
    this.tail = tail;
    this.same = held.same();
  }

  @Override
  public Optional<StepBatch<PairBatch>> next() {
    Optional<StepBatch<PairBatch>> next = rows.next();
    if (next.isEmpty()) {
      return next;
    }
    StepBatch<PairBatch> step = next.get();
    List<PairBatch> complete = new ArrayList<>();
    for (PairBatch batch : step.microBatches()) {
      complete.add(batch.against(logProbs(reference, batch)));
    }
    same.ifPresent(policy -> requireSame(policy, complete.get(0)));
    same = Optional.empty();
    return Optional.of(step.withMicroBatches(complete));
  }

  private float[] logProbs(Reference model, PairBatch batch) {
    return model.logProbs(batch.rows(), batch.tokenWeights(tail));
  }

  /** The first loss of DPO is log 2 only if policy and reference begin as one. */
  private void requireSame(ReferenceScorer policy, PairBatch batch) {
    float[] own = logProbs(policy, batch);
    for (int i = 0; i < own.length; i++) {
      double of = batch.reference()[i];
      if (!(Math.abs(own[i] - of) <= ROUNDING * Math.max(1, Math.abs(of)))) {
        throw ConfigException.about(
            "algorithm.reference",
            "the policy begins at another place than its reference: an answer of the first step has log-probability "
                + own[i]
                + " under one and "
                + of
                + " under the other; are the weights in model.path being changed?");
      }
    }
  }

  @Override
  public Cursor cursor() {
    return rows.cursor();
  }

  @Override
  public void seek(Cursor cursor) {
    rows.seek(cursor);
    same = Optional.empty();
  }

  @Override
  public long stepsPerEpoch() {
    return rows.stepsPerEpoch();
  }

  @Override
  public void close() {
    rows.close();
    reference.close();
  }
}
