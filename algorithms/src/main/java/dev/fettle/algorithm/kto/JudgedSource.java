package dev.fettle.algorithm.kto;

import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.batch.Cursor;
import dev.fettle.data.batch.StepBatch;
import java.util.Optional;

/**
 * Judged answers with what the reference makes of them. The rows are prepared in the background;
 * policy and reference run on the training thread, when the policy is as the step will find it.
 */
final class JudgedSource implements BatchSource<JudgedBatch> {

  private final BatchSource<JudgedBatch> rows;
  private final Completion completion;

  JudgedSource(BatchSource<JudgedBatch> rows, Completion completion) {
    this.rows = rows;
    this.completion = completion;
  }

  @Override
  public Optional<StepBatch<JudgedBatch>> next() {
    return rows.next()
        .map(
            step ->
                new StepBatch<>(
                    completion.of(step.microBatches()), step.tokens(), step.after(), step.epoch()));
  }

  @Override
  public Cursor cursor() {
    return rows.cursor();
  }

  @Override
  public void seek(Cursor cursor) {
    rows.seek(cursor);
  }

  @Override
  public long stepsPerEpoch() {
    return rows.stepsPerEpoch();
  }

  @Override
  public void close() {
    rows.close();
    completion.reference().close();
    completion.distance().ifPresent(d -> d.policy().close());
  }
}
