package dev.fettle.harness.model;

import dev.fettle.algorithm.ReferenceModels;
import dev.fettle.harness.wiring.Resources;
import dev.fettle.models.config.HfConfig;
import dev.fettle.models.head.Head;
import dev.fettle.models.head.LmHead;
import dev.fettle.settings.ConfigException;
import dev.fettle.spi.Backend;
import dev.fettle.tokenizer.TokenizerChanges;
import dev.fettle.train.Policy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Reference models of a run, on its backend.
 *
 * @param backend of the run
 * @param plan of its policy
 * @param seed of weights that no file holds
 * @param resources closes what is opened
 */
public record RunReferences(Backend backend, PolicyPlan plan, long seed, Resources resources)
    implements ReferenceModels {

  @Override
  public boolean startsWithoutAdapter() {
    return plan.adapter().isPresent() && plan.adapter().flatMap(PolicyAdapter::directory).isEmpty();
  }

  @Override
  public Policy start() {
    // Only what gives log-probabilities: a critic beside it would take as much memory again.
    List<Head> heads = plan.spec().heads().stream().filter(LmHead.class::isInstance).toList();
    return resources.own(PolicyLoader.load(backend, plan.with(heads), seed));
  }

  @Override
  public Policy open(Path directory) {
    ModelFiles files =
        resources.own(ModelFiles.open(directory, Optional.empty(), changes(directory)));
    int vocab = files.model().shape().vocab();
    int own = plan.files().model().shape().vocab();
    if (vocab != own) {
      throw ConfigException.about(
          "algorithm.reference",
          directory
              + " has a vocabulary of "
              + vocab
              + ", the model to be trained one of "
              + own
              + "; a reference must read the same tokens");
    }
    PolicyPlan reference = PolicyPlan.of(files, plan.settings().alone(directory));
    return resources.own(PolicyLoader.load(backend, reference, seed));
  }

  /** The run's own tokens, where the reference's tokenizer does not have them already. */
  private TokenizerChanges changes(Path directory) {
    return Files.exists(directory)
            && HfConfig.read(directory).model().dims().vocab()
                < plan.files().model().shape().vocab()
        ? plan.files().changes()
        : TokenizerChanges.NONE;
  }
}
