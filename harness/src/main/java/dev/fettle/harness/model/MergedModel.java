package dev.fettle.harness.model;

import com.fasterxml.jackson.databind.node.BooleanNode;
import dev.fettle.harness.config.AdapterSettings;
import dev.fettle.harness.config.SaveAs;
import dev.fettle.models.LanguageModel;
import dev.fettle.models.ModelParts;
import dev.fettle.models.Models;
import dev.fettle.models.PolicySpec;
import dev.fettle.models.StoredParameters;
import dev.fettle.models.config.HfConfig;
import dev.fettle.models.head.Head;
import dev.fettle.models.head.LmHead;
import dev.fettle.models.head.RewardHead;
import dev.fettle.models.lora.AdapterWeights;
import dev.fettle.models.lora.MergedParameters;
import dev.fettle.models.weights.WeightSource;
import dev.fettle.settings.ConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A model with an adapter worked into its weights: one directory that needs no adapter.
 *
 * @param base the model's directory
 * @param adapter the adapter's directory
 * @param saveAs the type of its weights
 */
public record MergedModel(Path base, Path adapter, SaveAs saveAs) {

  /** One with weights of the base model's own types. */
  public MergedModel(Path base, Path adapter) {
    this(base, adapter, SaveAs.SOURCE);
  }

  /**
   * Writes the merged model with tokenizer, chat template and generation settings; it appears whole
   * or not at all.
   *
   * @throws ConfigException if the directory is there already
   * @throws dev.fettle.models.config.ModelFileException if model or adapter cannot be read, or do
   *     not fit together
   */
  public void write(Path out) {
    if (Files.exists(out)) {
      throw ConfigException.about(
          "out", out + " is there already; choose another directory, or remove it");
    }
    try (ModelFiles files = ModelFiles.open(base, Optional.of(adapter))) {
      write(files, PolicyAdapter.of(AdapterSettings.of(adapter), files), out);
    }
  }

  private void write(ModelFiles files, PolicyAdapter lora, Path out) {
    Optional<RewardHead> reward = RewardHead.of(lora.config());
    ModelParts adapted =
        ModelParts.trace(lora.adapt(PolicySpec.of(files.model(), heads(files.model(), reward))));
    HfConfig config =
        MergedParameters.unties(adapted)
            ? files.config().with("tie_word_embeddings", BooleanNode.FALSE)
            : files.config();
    ModelFiles merged =
        new ModelFiles(
            files.directory(),
            config,
            Models.of(config.model()),
            files.tokenizer(),
            files.changes(),
            List.of());
    PolicySpec spec = PolicySpec.of(merged.model(), heads(merged.model(), reward));
    try (WeightSource source = files.weights();
        AdapterWeights weights = new AdapterWeights(adapter, adapted)) {
      StoredParameters stored = new StoredParameters(source, adapted);
      MergedParameters parameters =
          new MergedParameters(stored, weights, adapted, lora.config().lora(), lora.layers());
      FinalModel.of(merged, spec, Optional.empty())
          .write(
              out,
              ModelParts.trace(spec),
              parameters::of,
              SavedTypes.all(saveAs).orElseGet(() -> SavedTypes.ofModel(config, adapted, stored)));
    }
  }

  private static List<Head> heads(LanguageModel model, Optional<RewardHead> reward) {
    return List.of(reward.isPresent() ? reward.get() : new LmHead(model));
  }
}
