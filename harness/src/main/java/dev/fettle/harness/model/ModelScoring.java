package dev.fettle.harness.model;

import dev.fettle.data.Example;
import dev.fettle.data.encode.LossOn;
import dev.fettle.data.encode.TextRows;
import dev.fettle.data.read.DataException;
import dev.fettle.harness.config.DataSettings;
import dev.fettle.harness.run.RowLoading;
import dev.fettle.harness.score.EncodedRows;
import dev.fettle.harness.score.RowScore;
import dev.fettle.harness.score.RowScoring;
import dev.fettle.harness.score.ScoreSummary;
import dev.fettle.harness.score.Scorer;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.train.Policy;
import java.util.function.Consumer;

/**
 * Scores files of rows with a model that is on a backend.
 *
 * @param files of the model
 * @param policy its weights
 * @param programs of the policy's backend
 */
record ModelScoring(ModelFiles files, Policy policy, ProgramCache programs) {

  ScoreSummary run(DataSettings data, LossOn lossOn, Consumer<RowScore> rows) {
    RowLoading loading = new RowLoading(data, files, RowLoading.Means.quiet());
    int length =
        data.maxLength().isPresent() ? loading.maxLength() : files.model().shape().maxPositions();
    try (EncodedRows<Example> encoded =
            new EncodedRows<>(
                loading.all(), new TextRows(files.tokenizer(), lossOn), loading.encoding(length));
        Scorer scorer = new Scorer(policy, length, programs)) {
      ScoreSummary summary = new RowScoring(encoded, scorer, RowScoring.WINDOW).run(rows);
      if (summary.rows() == 0) {
        throw new DataException(loading.all().files() + " has no rows; write the rows again");
      }
      return summary;
    }
  }
}
