package dev.fettle.cli;

import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.sample.StopStrings;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** How tokens are chosen and where a text ends; the temperature is each command's own. */
final class SamplingMixin {
  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      defaultValue = "128",
      description = "Stop after so many tokens. Default: ${DEFAULT-VALUE}")
  private int maxNewTokens;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description =
          "Stop as soon as this text is generated, and leave it out; may be given several times.")
  private List<String> stop = new ArrayList<>();

  @Option(
      names = "--top-k",
      paramLabel = "K",
      defaultValue = "0",
      description = "Draw from the K likeliest tokens; 0 from all. Default: 0")
  private int topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      defaultValue = "1",
      description = "Draw from the likeliest tokens that together reach P. Default: 1, all")
  private double topP;

  @Option(
      names = "--min-p",
      paramLabel = "P",
      defaultValue = "0",
      description = "Leave out tokens less than P times as likely as the likeliest. Default: 0")
  private double minP;

  @Option(
      names = "--repetition-penalty",
      paramLabel = "R",
      defaultValue = "1",
      description = "Above 1, tokens already there become less likely. Default: 1")
  private double repetitionPenalty;

  @Option(names = "--seed", paramLabel = "S", defaultValue = "0", description = "Default: 0")
  private long seed;

  StopStrings stops() {
    try {
      return new StopStrings(stop);
    } catch (IllegalArgumentException e) {
      throw new Failures.UsageException("--stop: " + e.getMessage());
    }
  }

  SamplingOptions options(double temperature) {
    try {
      return SamplingOptions.sampling(maxNewTokens)
          .withRepetitionPenalty(repetitionPenalty)
          .withTemperature(temperature)
          .withTopK(topK)
          .withTopP(topP)
          .withMinP(minP)
          .withSeed(seed);
    } catch (IllegalArgumentException e) {
      throw new Failures.UsageException(String.valueOf(e.getMessage()));
    }
  }
}
