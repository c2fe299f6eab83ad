package dev.fettle.cli;

import dev.fettle.data.encode.Columns;
import dev.fettle.harness.config.DataSettings;
import dev.fettle.harness.config.DataSource;
import dev.fettle.harness.sample.SampleRequest;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.sample.PromptSampler;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which prompts are answered, how often, and how. */
final class PromptsMixin {
  @Mixin private SamplingMixin sampling;

  @Option(
      names = "--data",
      paramLabel = "PROMPTS",
      description =
          "Rows that hold prompts: .jsonl, .jsonl.gz, .json or .parquet. {\"prompt\": ...},"
              + " {\"messages\": [...]} and whatever else has a prompt.")
  private @Nullable Path data;

  @Option(
      names = "--n",
      paramLabel = "N",
      defaultValue = "1",
      description = "Answers to each prompt. Default: 1")
  private int answers;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      defaultValue = "1",
      description = "1 draws as the model says; 0 always takes the likeliest token. Default: 1")
  private double temperature;

  @Option(names = "--chat", description = "Put plain prompts to the model as a user's message.")
  private boolean chat;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      defaultValue = "" + PromptSampler.Settings.BATCH_SIZE,
      description = "Answers that are generated together. Default: ${DEFAULT-VALUE}")
  private int batchSize;

  @Option(
      names = "--max-length",
      paramLabel = "N",
      description =
          "Tokens of a prompt with its answer; a longer prompt is left out. By default what the"
              + " model takes.")
  private @Nullable Integer maxLength;

  @Option(names = "--limit", paramLabel = "N", description = "Only the first so many rows.")
  private @Nullable Long limit;

  @Option(
      names = "--column",
      paramLabel = "NAME=COLUMN",
      description =
          "What the file calls a column, as in --column prompt=question; may be given several"
              + " times.")
  private Map<String, String> columns = new LinkedHashMap<>();

  /** Whether rows are named. */
  boolean hasData() {
    return data != null;
  }

  SampleRequest request() {
    if (data == null) {
      throw new Failures.UsageException("--data is missing: a file of rows that hold prompts");
    }
    requireAtLeastOne("--n", answers);
    requireAtLeastOne("--batch-size", batchSize);
    if (maxLength != null && maxLength < 2) {
      throw new Failures.UsageException("--max-length must be 2 or more, not " + maxLength);
    }
    if (limit != null) {
      requireAtLeastOne("--limit", limit);
    }
    SamplingOptions options = sampling.options(temperature).withSamples(answers);
    DataSource source =
        new DataSource(
            data.toAbsolutePath().normalize(), Optional.empty(), Optional.ofNullable(limit));
    DataSettings rows =
        DataSettings.of()
            .withTrain(List.of(source))
            .withColumns(new Columns(columns))
            .withMaxLength(Optional.ofNullable(maxLength));
    return SampleRequest.of(rows, options)
        .withStops(sampling.stops())
        .withChat(chat)
        .withBatchSize(batchSize);
  }

  private static void requireAtLeastOne(String option, long value) {
    if (value < 1) {
      throw new Failures.UsageException(option + " must be 1 or more, not " + value);
    }
  }
}
