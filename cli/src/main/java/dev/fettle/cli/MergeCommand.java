package dev.fettle.cli;

import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.SaveAs;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fettle merge}. */
@Command(
    name = "merge",
    mixinStandardHelpOptions = true,
    description = {
      "Work an adapter into a model's weights.",
      "",
      "The new directory needs no adapter. It appears whole or not at all."
    })
final class MergeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "The base model's directory.")
  private Path model;

  @Option(
      names = "--adapter",
      required = true,
      paramLabel = "DIR",
      description = "The adapter's directory, as PEFT writes it.")
  private Path adapter;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "The model directory to make.")
  private Path out;

  @Option(
      names = "--save-as",
      paramLabel = "TYPE",
      defaultValue = "SOURCE",
      description = {
        "Type of the weights: source, f32, bf16 or f16.",
        "Default: source, the one the base model's have."
      })
  private SaveAs saveAs;

  @Override
  public Integer call() {
    Fettle.merge(model, adapter, out, saveAs);
    spec.commandLine().getOut().println("The merged model is in " + out);
    return 0;
  }
}
