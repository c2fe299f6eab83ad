package dev.fettle.harness.config;

import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.settings.Choices;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.PathKeys;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Section {@code model}: the policy that is trained. Either {@code path} or {@code init} is there.
 *
 * @param path a Hugging Face model directory
 * @param init one whose weights are not read: new ones are drawn with {@code run.seed}
 * @param precision of matrix products; parameters, sums and losses are F32 either way
 * @param recompute what is computed again in the reverse sweep to save memory
 * @param saveAs the type of the weights in {@code final/}
 * @param adapter what is trained beside the frozen weights; empty where they are trained themselves
 */
public record ModelSettings(
    Optional<Path> path,
    Optional<Path> init,
    Precision precision,
    Recompute recompute,
    SaveAs saveAs,
    Optional<AdapterSettings> adapter) {

  static final Keys<ModelSettings> KEYS =
      Keys.of(
              ModelSettings.class,
              PathKeys.model(
                      "path",
                      "a Hugging Face model directory: `config.json`, `model.safetensors`,"
                          + " `tokenizer.json`")
                  .unless("init", "a Hugging Face model directory")
                  .also("model_name_or_path", "base_model"),
              PathKeys.model(
                      "init",
                      "in place of `path`: the same with fresh weights, drawn with `run.seed`")
                  .optional()
                  .insteadOf("path", "keep path for its weights, or init for fresh ones"),
              Key.choice(
                      "precision",
                      Choices.of("f32", Precision.FULL)
                          .or("tf32", Precision.TF32)
                          .or("bf16", Precision.BF16),
                      "of matrix products; parameters, sums and losses are F32 either way. `f32` is"
                          + " never rounded to TensorFloat-32, on no device; `tf32` needs a GPU")
                  .otherwise(Precision.FULL)
                  .also("dtype", "torch_dtype"),
              Key.choice(
                      "recompute",
                      Recompute.class,
                      "`blocks` keeps only each block's input and computes the rest again: less"
                          + " memory, more time")
                  .otherwise(Recompute.NONE),
              Key.choice(
                      "saveAs",
                      SaveAs.class,
                      "the type of the weights in `final/`; `source`: the one they came in. Checkpoints"
                          + " are `f32`, which a resumed run needs")
                  .otherwise(SaveAs.SOURCE)
                  .also("save_dtype", "save_precision"),
              Key.section(
                      "adapter",
                      AdapterSettings.KEYS,
                      "trains small matrices beside the frozen weights; written as `adapter: {}`"
                          + " for the defaults below")
                  .optional("the weights themselves are trained"))
          .note("set model.precision: bf16", "bf16")
          .note("set model.precision: bf16, which needs no scaling of the loss", "fp16")
          .note("set model.recompute: blocks", "gradient_checkpointing")
          .note("write model.adapter: {type: lora}", "use_peft");

  /** Checks that there is one directory. */
  public ModelSettings {
    if (path.isPresent() == init.isPresent()) {
      throw new IllegalArgumentException("a model has a path or an init, one of them");
    }
  }

  /** What the reverse sweep computes again. */
  public enum Recompute {
    /** Nothing; every activation is kept. */
    NONE,
    /** Each block; only its input is kept. */
    BLOCKS
  }

  /** The model of a directory, in full precision. */
  public static ModelSettings of(Path directory) {
    return new ModelSettings(
        Optional.of(directory),
        Optional.empty(),
        Precision.FULL,
        Recompute.NONE,
        SaveAs.SOURCE,
        Optional.empty());
  }

  /** The same for the weights of another directory. */
  public ModelSettings at(Path directory) {
    return new ModelSettings(
        Optional.of(directory), Optional.empty(), precision, recompute, saveAs, adapter);
  }

  /** The model of another directory, without an adapter and run as this one is. */
  public ModelSettings alone(Path directory) {
    return of(directory).in(precision);
  }

  private ModelSettings in(Precision other) {
    return new ModelSettings(path, init, other, recompute, saveAs, adapter);
  }

  /** The same with an adapter. */
  public ModelSettings with(AdapterSettings other) {
    return new ModelSettings(path, init, precision, recompute, saveAs, Optional.of(other));
  }

  /** The model's directory, whichever key names it. */
  public Path directory() {
    return path.or(() -> init).orElseThrow();
  }

  /** True for new weights: key {@code init}. */
  public boolean fresh() {
    return init.isPresent();
  }

  /** How its programs are written. */
  public ForwardOptions forward() {
    return new ForwardOptions(precision, recompute == Recompute.BLOCKS);
  }
}
