package dev.fettle.cli;

import dev.fettle.harness.quickstart.Quickstart;
import dev.fettle.harness.quickstart.QuickstartSettings;
import dev.fettle.harness.quickstart.Scale;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code fettle quickstart}. */
@Command(
    name = "quickstart",
    mixinStandardHelpOptions = true,
    description = {
      "Fine-tune a tiny model on made-up questions, in a few minutes, without downloads.",
      "",
      "Makes the data, a tokenizer and a base model; fine-tunes it; shows what it answers before and"
          + " after; and runs the same fine-tuning on the other backend beside it."
    })
final class QuickstartCommand implements Callable<Integer> {
  private static final Path DEFAULT = Path.of("runs", "quickstart");

  @ParentCommand private Main main;

  @Option(
      names = "--backend",
      paramLabel = "ID",
      description =
          "Of the main run: onnxruntime, tensorflow or reference (slow). Default: the first of"
              + " these that can run here.")
  private @Nullable String backend;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Where everything is written; empty or absent. Default: runs/quickstart, or"
              + " runs/quickstart-2 and so on where that is taken.")
  private @Nullable Path out;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Of data, weights and order. Default: 0")
  private long seed;

  @Option(
      names = "--alone",
      description = "Runs the main backend only, in about half the time, with no other beside it.")
  private boolean alone;

  @Override
  public Integer call() {
    Path directory = out == null ? free() : out;
    Quickstart.run(
        new QuickstartSettings(
            Optional.ofNullable(backend), directory, seed, Scale.normal(), alone),
        main.terminal());
    return 0;
  }

  private static Path free() {
    Path directory = DEFAULT;
    for (int n = 2; Files.exists(directory); n++) {
      directory = DEFAULT.resolveSibling(DEFAULT.getFileName() + "-" + n);
    }
    return directory;
  }
}
