package dev.fettle.cli;

import dev.fettle.harness.Fettle;
import dev.fettle.harness.model.NewModel;
import dev.fettle.harness.model.NewModel.Family;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fettle init}. */
@Command(
    name = "init",
    mixinStandardHelpOptions = true,
    description = {
      "Make a fresh model: random weights, and a tokenizer copied or trained from text.",
      "",
      "The directory can be trained here and loaded by transformers."
    })
final class InitCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "The model directory to make.")
  private Path directory;

  @Option(
      names = "--family",
      defaultValue = "LLAMA",
      description = "llama, gpt2 or gpt_neox. Default: llama")
  private Family family = Family.LLAMA;

  @Option(names = "--layers", paramLabel = "N", defaultValue = "4", description = "Default: 4")
  private int layers;

  @Option(
      names = "--embed",
      paramLabel = "N",
      defaultValue = "128",
      description = "Width of the hidden states. Default: 128")
  private int embed;

  @Option(
      names = "--heads",
      paramLabel = "N",
      defaultValue = "4",
      description = "Attention heads. Default: 4")
  private int heads;

  @Option(
      names = "--kv-heads",
      paramLabel = "N",
      description = "Key and value heads, llama only; default as many as --heads.")
  private @Nullable Integer kvHeads;

  @Option(
      names = "--mlp",
      paramLabel = "N",
      description = "Width inside the feed-forward layer; default four times --embed.")
  private @Nullable Integer mlp;

  @Option(
      names = "--positions",
      paramLabel = "N",
      defaultValue = "512",
      description = "The longest sequence. Default: 512")
  private int positions;

  @Option(names = "--untied", description = "Give the output head weights of its own.")
  private boolean untied;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "0",
      description = "Of the random weights. Default: 0")
  private long seed;

  @ArgGroup(multiplicity = "1")
  private TokenizerOptions tokenizer;

  /** Where the tokenizer comes from: one of two. */
  static final class TokenizerOptions {
    @Option(
        names = "--tokenizer",
        required = true,
        paramLabel = "DIR",
        description = "Copy the tokenizer of this model directory.")
    private @Nullable Path copied;

    @ArgGroup(exclusive = false)
    private @Nullable Training training;
  }

  /** A tokenizer of its own. */
  static final class Training {
    @Option(
        names = "--train-tokenizer",
        required = true,
        paramLabel = "FILE",
        description = "Train a byte-level BPE tokenizer on this text; may be repeated.")
    private List<Path> texts = new ArrayList<>();

    @Option(
        names = "--vocab-size",
        paramLabel = "N",
        defaultValue = "2048",
        description = "Its tokens at most. Default: 2048")
    private int vocabSize;

    @Option(
        names = "--special",
        paramLabel = "TOKEN",
        description = "A further special token, as '<|im_start|>'; may be repeated.")
    private List<String> special = new ArrayList<>();
  }

  @Override
  public Integer call() {
    NewModel.Sizes sizes =
        new NewModel.Sizes(
            layers,
            embed,
            heads,
            kvHeads == null ? heads : kvHeads,
            mlp == null ? 4 * embed : mlp,
            positions,
            !untied);
    Fettle.initModel(new NewModel(family, sizes, tokens(), seed), directory);
    spec.commandLine()
        .getOut()
        .println("A fresh " + family.modelType() + " model is in " + directory);
    return 0;
  }

  private NewModel.Tokens tokens() {
    Training training = tokenizer.training;
    if (training != null) {
      return new NewModel.TrainedTokens(training.texts, training.vocabSize, training.special);
    }
    Path copied = tokenizer.copied;
    if (copied == null) {
      throw new Failures.UsageException("give --tokenizer or --train-tokenizer");
    }
    return new NewModel.CopiedTokens(copied);
  }
}
