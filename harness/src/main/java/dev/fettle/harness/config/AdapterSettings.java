package dev.fettle.harness.config;

import dev.fettle.models.lora.LoraConfig;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.PathKeys;
import dev.fettle.settings.Range;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Section {@code model.adapter}: low-rank matrices that are trained beside frozen weights (LoRA,
 * arXiv 2106.09685). Of a key it is kept whether it was given, since an adapter to start from has
 * settings of its own, with which those given here must agree.
 *
 * @param path an adapter directory, as PEFT writes it, to start from
 * @param rank of the matrices; {@link #DEFAULT_RANK} where neither this nor {@code path} says it
 * @param alpha the adapter's share is {@code alpha / rank}; {@link #DEFAULT_ALPHA} where neither
 *     this nor {@code path} says it
 * @param targets the last names of the layers that have one, as {@code q_proj}, or {@link
 *     #ALL_LINEAR} alone; by default those PEFT takes for the model
 * @param rslora whether the share is {@code alpha / sqrt(rank)} (arXiv 2312.03732); false where
 *     neither this nor {@code path} says it
 * @param modulesToSave the last names of modules that are trained whole and kept with the adapter
 */
public record AdapterSettings(
    Optional<Path> path,
    Optional<Integer> rank,
    Optional<Double> alpha,
    Optional<List<String>> targets,
    Optional<Boolean> rslora,
    List<String> modulesToSave) {

  /** The word for every linear layer but the head. */
  public static final String ALL_LINEAR = "all-linear";

  /** PEFT's rank. */
  public static final int DEFAULT_RANK = LoraConfig.DEFAULT_RANK;

  /** PEFT's alpha. */
  public static final double DEFAULT_ALPHA = LoraConfig.DEFAULT_ALPHA;

  private static final String TYPE = "lora";

  private static final int MOST_RANK = 1 << 16;

  private static final Keys<AdapterSettings> LORA =
      Keys.of(
              AdapterSettings.class,
              PathKeys.adapter(
                      "path",
                      "an adapter directory, as PEFT writes it, to start from; keys given beside it"
                          + " must agree with its own")
                  .optional("a fresh adapter")
                  .also("adapter_name_or_path", "lora_model_dir"),
              Key.size("rank", Range.atLeast(1).atMost(MOST_RANK), "of the matrices")
                  .optional(Integer.toString(DEFAULT_RANK))
                  .also("r", "lora_r", "lora_rank"),
              Key.number("alpha", Range.above(0), "the adapter's share is `alpha / rank`")
                  .optional("8")
                  .also("lora_alpha"),
              Key.text(
                      "targets",
                      "the last names of the layers that have one, as in `[q_proj, v_proj]`, or"
                          + " `"
                          + ALL_LINEAR
                          + "`: all but the head")
                  .list()
                  .optional("those PEFT takes for the model")
                  .also("target_modules", "lora_target_modules", "lora_target"),
              Key.flag("rslora", "whether the share is `alpha / sqrt(rank)`")
                  .optional("false")
                  .also("use_rslora"),
              Key.text(
                      "modulesToSave",
                      "the last names of modules that are trained whole and kept with the adapter")
                  .list()
                  .otherwise(List.of())
                  .also("modules_to_save", "lora_modules_to_save"))
          .rule(
              "targets",
              a -> a.targets().map(t -> !t.isEmpty()).orElse(true),
              a -> "is empty; name a layer, or leave it out")
          .rule(
              "targets",
              a -> a.targets().map(t -> !t.contains(ALL_LINEAR) || t.size() == 1).orElse(true),
              a -> "names " + ALL_LINEAR + " and others; keep one or the others")
          .note("the adapter has no dropout; leave it out", "lora_dropout");

  static final Keys<AdapterSettings> KEYS =
      Keys.byType(
          AdapterSettings.class,
          a -> TYPE,
          Key.text("type", "the kind of adapter").otherwise(TYPE).also("peft_type"),
          Map.of(TYPE, LORA));

  /** Copies the lists. */
  public AdapterSettings {
    targets = targets.map(List::copyOf);
    modulesToSave = List.copyOf(modulesToSave);
  }

  /** An adapter that exists, as it is. */
  public static AdapterSettings of(Path directory) {
    return new AdapterSettings(
        Optional.of(directory),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of());
  }
}
