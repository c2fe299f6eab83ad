package dev.fettle.algorithm.sft;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.Provides;
import dev.fettle.algorithm.Algorithm;
import dev.fettle.algorithm.RunRows;
import dev.fettle.algorithm.Training;
import dev.fettle.data.Example;
import dev.fettle.data.batch.BatchOptions;
import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.data.encode.TextRows;
import dev.fettle.data.pack.RowPlan;
import dev.fettle.settings.Keys;
import dev.fettle.spi.Backend;
import dev.fettle.tokenizer.Tokenizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Supervised fine-tuning and pretraining: {@code algorithm: { type: sft }}. */
public final class SftAlgorithm implements Algorithm<SftSettings, MicroBatch> {

  @Override
  public String type() {
    return SftSettings.TYPE;
  }

  @Override
  public Keys<SftSettings> keys() {
    return SftSettings.KEYS;
  }

  @Override
  public Optional<RowEncoding<?>> encoding(SftSettings settings, Optional<Tokenizer> tokenizer) {
    return Optional.of(new TextRows(tokenizer, settings.lossOn()));
  }

  @Override
  public Module module(SftSettings settings) {
    return new AbstractModule() {
      @Provides
      Training<?> training(
          RunRows rows, Optional<Tokenizer> tokenizer, BatchOptions batches, Backend backend) {
        return SftAlgorithm.training(
            rows, new TextRows(tokenizer, settings.lossOn()), batches, backend);
      }
    };
  }

  private static Training<MicroBatch> training(
      RunRows rows, TextRows encoding, BatchOptions batches, Backend backend) {
    List<Example> examples = rows.train(encoding).examples();
    RowPlan plan = RowPlan.of(examples, rows.packing());
    Map<String, Iterable<MicroBatch>> evaluations = new LinkedHashMap<>();
    rows.evaluations(encoding)
        .forEach(
            (name, data) ->
                evaluations.put(
                    name,
                    BatchSource.portions(
                        RowPlan.of(data.examples(), rows.packing()),
                        batches.microBatchSize(),
                        Function.identity())));
    int usual =
        backend.capabilities().programsShareMemory()
            ? 0
            : plan.usualTargets(batches.microBatchSize());
    return Training.of(new SftObjective(usual), BatchSource.of(plan, batches))
        .evaluatedOnEach(evaluations)
        .noting(notes(plan));
  }

  private static List<String> notes(RowPlan plan) {
    return plan.withoutTarget() == 0
        ? List.of()
        : List.of(plan.withoutTarget() + " packed rows have no target");
  }
}
