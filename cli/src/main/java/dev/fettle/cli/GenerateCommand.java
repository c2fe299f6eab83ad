package dev.fettle.cli;

import dev.fettle.harness.model.LoadedModel;
import dev.fettle.harness.model.Prompt;
import dev.fettle.harness.model.StopStrings;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.tokenizer.ChatMessage;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fettle generate}. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    description = {
      "Let a model continue a text.",
      "",
      "Prints what comes after the prompt, as it is generated, to the end of the text at the most.",
      "The same seed gives the same text."
    })
final class GenerateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ModelOptionsMixin model;
  @Mixin private BackendOptionsMixin backend;
  @Mixin private DumpGraphsMixin dumpGraphs;

  @Option(
      names = "--prompt",
      required = true,
      paramLabel = "TEXT",
      description = "The text to continue; '' begins a text.")
  private String prompt;

  @Option(names = "--chat", description = "Put the prompt to the model as a user's message.")
  private boolean chat;

  @Option(names = "--echo", description = "Print the prompt before what follows it.")
  private boolean echo;

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
      names = "--temperature",
      paramLabel = "T",
      defaultValue = "0",
      description = "0 always takes the likeliest token; 1 draws as the model says. Default: 0")
  private double temperature;

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

  @Override
  public Integer call() {
    StopStrings stops = stops();
    PrintWriter out = spec.commandLine().getOut();
    try (LoadedModel loaded = open()) {
      SamplingOptions options = options();
      Prompt asked = chat ? Prompt.chat(ChatMessage.user(prompt)) : Prompt.of(prompt);
      requireRoom(loaded, asked);
      if (echo) {
        out.print(prompt);
      }
      loaded.generate(
          asked,
          options,
          stops,
          text -> {
            out.print(text);
            out.flush();
          });
      out.println();
    }
    return 0;
  }

  private LoadedModel open() {
    return LoadedModel.open(model.settings(), backend.settings(), dumpGraphs.directory());
  }

  private StopStrings stops() {
    try {
      return new StopStrings(stop);
    } catch (IllegalArgumentException e) {
      throw new Failures.UsageException("--stop: " + e.getMessage());
    }
  }

  private static void requireRoom(LoadedModel loaded, Prompt asked) {
    try {
      int tokens = loaded.promptIds(asked).length;
      if (tokens >= loaded.maxPositions()) {
        throw new Failures.UsageException(
            "--prompt: "
                + tokens
                + " tokens leave no room: the model takes "
                + loaded.maxPositions());
      }
    } catch (IllegalArgumentException e) {
      throw new Failures.UsageException("--prompt: " + e.getMessage());
    }
  }

  private SamplingOptions options() {
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
