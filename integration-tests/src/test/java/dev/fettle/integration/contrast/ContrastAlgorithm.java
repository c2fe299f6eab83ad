package dev.fettle.integration.contrast;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.Provides;
import dev.fettle.algorithm.Algorithm;
import dev.fettle.algorithm.RunRows;
import dev.fettle.algorithm.Training;
import dev.fettle.data.batch.BatchOptions;
import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.encode.Dataset;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.data.pack.RowPlan;
import dev.fettle.settings.Keys;
import dev.fettle.tokenizer.Tokenizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** {@code algorithm: { type: contrast, beta: 2, margin: 0.5 }}. */
public final class ContrastAlgorithm implements Algorithm<ContrastSettings, MicroBatch> {

  @Override
  public String type() {
    return ContrastSettings.TYPE;
  }

  @Override
  public Keys<ContrastSettings> keys() {
    return ContrastSettings.KEYS;
  }

  @Override
  public Optional<RowEncoding<?>> encoding(
      ContrastSettings settings, Optional<Tokenizer> tokenizer) {
    return Optional.of(new PairRows(tokenizer));
  }

  @Override
  public Module module(ContrastSettings settings) {
    return new AbstractModule() {
      @Provides
      Training<?> training(RunRows rows, Optional<Tokenizer> tokenizer, BatchOptions batches) {
        PairRows encoding = new PairRows(tokenizer);
        RowPlan plan = plan(rows.train(encoding), rows);
        return Training.of(new ContrastObjective(settings), BatchSource.of(plan, batches))
            .evaluatedOnEach(evaluations(rows, encoding, batches));
      }
    };
  }

  private static Map<String, Iterable<MicroBatch>> evaluations(
      RunRows rows, PairRows encoding, BatchOptions batches) {
    Map<String, Iterable<MicroBatch>> sets = new LinkedHashMap<>();
    rows.evaluations(encoding)
        .forEach(
            (name, pairs) ->
                sets.put(
                    name,
                    BatchSource.portions(
                        plan(pairs, rows), batches.microBatchSize(), Function.identity())));
    return sets;
  }

  /** The two answers of a pair lie side by side in one row. */
  private static RowPlan plan(Dataset<Pair> pairs, RunRows rows) {
    return RowPlan.ofGroups(
        pairs.examples().stream().map(p -> List.of(p.better(), p.worse())).toList(),
        rows.packing());
  }
}
