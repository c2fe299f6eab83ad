package dev.fettle.algorithm.preference;

import dev.fettle.algorithm.ReferenceModels;
import dev.fettle.checkpoint.CheckpointTensors;
import dev.fettle.models.nn.Source;
import dev.fettle.settings.ConfigException;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.train.Policy;
import dev.fettle.train.StepHook;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a run's answers are held against while it trains.
 *
 * @param reference asked on the training thread
 * @param same a model that must equal it as long as nothing is trained
 * @param hook takes part in each step
 * @param kept what the hook changes
 */
public record HeldReference(
    ReferenceScorer reference,
    Optional<ReferenceScorer> same,
    StepHook hook,
    CheckpointTensors kept) {

  /** The reference is the model that training begins with. */
  public static final String START = "start";

  /** There is no reference: log-probabilities are used as they are. */
  public static final String NONE = "none";

  /** What references are made with. */
  public record Means(Policy policy, ReferenceModels models, ProgramCache programs) {

    /**
     * The reference that settings name.
     *
     * @param named {@link #START} or a model directory
     * @throws ConfigException where it cannot follow the policy as it should
     */
    public HeldReference held(String named, Optional<SyncSettings> sync) {
      if (sync.isPresent()) {
        return trailing(named, sync.get());
      }
      if (named.equals(START)) {
        ReferenceScorer start =
            models.startsWithoutAdapter()
                ? ReferenceScorer.withoutAdapter(policy, programs)
                : ReferenceScorer.of(models.start(), programs);
        return still(start, true);
      }
      return still(ReferenceScorer.of(models.open(Path.of(named)), programs), false);
    }

    private HeldReference still(ReferenceScorer reference, boolean same) {
      return new HeldReference(reference, same(same), StepHook.NONE, CheckpointTensors.none());
    }

    private Optional<ReferenceScorer> same(boolean same) {
      return same ? Optional.of(ReferenceScorer.of(policy, programs)) : Optional.empty();
    }

    private HeldReference trailing(String named, SyncSettings sync) {
      if (!policy.parts().from(Source.ADAPTER).isEmpty()) {
        throw ConfigException.about(
            "algorithm.syncReference",
            "needs a reference with weights of its own, and with model.adapter the reference is the"
                + " model without its adapter; leave one of them out");
      }
      boolean start = named.equals(START);
      Policy own = start ? models.start() : models.open(Path.of(named));
      TrailingReference trailing = new TrailingReference(policy, own, sync);
      return new HeldReference(
          ReferenceScorer.of(own, programs), same(start), trailing, trailing.kept());
    }

    /**
     * The same reference, to be asked before training. The policy itself is what training begins
     * with, so that no second copy of it is made.
     */
    public ReferenceScorer once(String named) {
      if (!named.equals(START)) {
        return ReferenceScorer.of(models.open(Path.of(named)), programs);
      }
      return models.startsWithoutAdapter()
          ? ReferenceScorer.withoutAdapter(policy, programs)
          : ReferenceScorer.of(policy, programs);
    }
  }
}
