package dev.fettle.harness.model;

import dev.fettle.files.AtomicFile;
import dev.fettle.files.Directories;
import dev.fettle.harness.config.ModelSettings;
import dev.fettle.models.ModelParts;
import dev.fettle.models.PolicySpec;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.models.head.Head;
import dev.fettle.models.lora.AdapterConfig;
import dev.fettle.models.lora.AdapterWeights;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Source;
import dev.fettle.settings.ConfigException;
import dev.fettle.tokenizer.ChatTemplate;
import dev.fettle.train.Policy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a policy is made of, where its weights come from, and how it is written: whole, or the
 * adapter alone.
 *
 * @param files of the model
 * @param settings how it is run
 * @param spec what it is made of
 * @param adapter where it has one
 */
public record PolicyPlan(
    ModelFiles files, ModelSettings settings, PolicySpec spec, Optional<PolicyAdapter> adapter) {

  /**
   * The plan of a language model, of which all is trained or the adapter the settings ask for.
   *
   * @throws ConfigException if the adapter's settings do not fit
   * @throws ModelFileException if the adapter to start from cannot be read
   */
  public static PolicyPlan of(ModelFiles files, ModelSettings settings) {
    return of(files, settings, PolicySpec.of(files.model()).heads());
  }

  /** The same with other heads. */
  public static PolicyPlan of(ModelFiles files, ModelSettings settings, List<Head> heads) {
    if (settings.fresh() && settings.adapter().isPresent()) {
      throw ConfigException.about(
          "model.adapter",
          "stands beside weights that are kept, but model.init draws fresh ones; use model.path");
    }
    Optional<PolicyAdapter> adapter = settings.adapter().map(a -> PolicyAdapter.of(a, files));
    PolicySpec whole = PolicySpec.of(files.model(), heads);
    return new PolicyPlan(files, settings, adapter.map(a -> a.adapt(whole)).orElse(whole), adapter);
  }

  /**
   * Writes what was trained; a directory that is there already is replaced.
   *
   * @param template the chat template it was trained with, where that is not the tokenizer's own
   * @throws ModelFileException if it cannot be written, as when the disk is full
   */
  public void write(Path target, Policy policy, Optional<ChatTemplate> template) {
    if (adapter.isEmpty()) {
      FinalModel.of(files, spec, template).write(target, policy.parts(), policy.weights());
      return;
    }
    AdapterConfig config = adapter.get().config();
    String base = files.directory().toAbsolutePath().normalize().toString();
    try {
      Directories.write(
          target,
          directory -> {
            AdapterWeights.write(directory, policy.parts(), policy::parameter);
            config.saved(base, heads(policy.parts())).write(directory);
            files.tokenizer().ifPresent(t -> t.save(directory));
            if (template.isPresent()) {
              AtomicFile.write(directory.resolve(FinalModel.TEMPLATE), template.get().source());
            }
          });
    } catch (IOException e) {
      throw new ModelFileException(target, "cannot be written: " + e, e);
    }
  }

  /** The modules of the policy's own heads. */
  private static List<String> heads(ModelParts parts) {
    return parts.from(Source.HEAD).stream()
        .map(ParameterSpec::name)
        .map(n -> n.substring(0, n.lastIndexOf('.')))
        .distinct()
        .toList();
  }
}
