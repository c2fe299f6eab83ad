package dev.fettle.cli;

import dev.fettle.harness.model.LoadedModel;
import dev.fettle.harness.model.Prompt;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.sample.StopStrings;
import dev.fettle.tokenizer.ChatMessage;
import java.io.PrintWriter;
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
  @Mixin private SamplingMixin sampling;

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
      names = "--temperature",
      paramLabel = "T",
      defaultValue = "0",
      description = "0 always takes the likeliest token; 1 draws as the model says. Default: 0")
  private double temperature;

  @Override
  public Integer call() {
    StopStrings stops = sampling.stops();
    PrintWriter out = spec.commandLine().getOut();
    try (LoadedModel loaded = open()) {
      SamplingOptions options = sampling.options(temperature);
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
}
