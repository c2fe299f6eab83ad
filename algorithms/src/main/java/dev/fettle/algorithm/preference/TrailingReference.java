package dev.fettle.algorithm.preference;

import dev.fettle.checkpoint.CheckpointTensors;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.program.Slot;
import dev.fettle.settings.ConfigException;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.Pieces;
import dev.fettle.train.Policy;
import dev.fettle.train.StepHook;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Lets a reference follow the policy. It is mixed on the host, a piece at a time and in F32 on
 * every backend; its weights are state of the run.
 */
final class TrailingReference implements StepHook {
  private static final String PREFIX = "reference/";

  private final Policy policy;
  private final Policy reference;
  private final SyncSettings settings;

  /**
   * @throws ConfigException where they do not have the same parameters
   */
  TrailingReference(Policy policy, Policy reference, SyncSettings settings) {
    this.policy = policy;
    this.reference = reference;
    this.settings = settings;
    List<Slot> own = slots(reference);
    if (!own.equals(slots(policy))) {
      throw ConfigException.about(
          "algorithm.syncReference",
          "mixes the policy's weights into the reference's, but algorithm.reference names a model of"
              + " another shape; use one like model.path, or leave syncReference out");
    }
  }

  private static List<Slot> slots(Policy model) {
    return model.parts().parameters().stream().map(ParameterSpec::slot).toList();
  }

  @Override
  public void updated(long step) {
    if (step % settings.every() == 0) {
      slots(reference).forEach(this::mix);
    }
  }

  private void mix(Slot slot) {
    if (!Pieces.pays(slot.type())) {
      HostTensor own = reference.state().download(slot.name());
      mix(own, policy.state().download(slot.name()));
      reference.state().upload(slot.name(), own);
      return;
    }
    for (Pieces piece : Pieces.of(slot.type())) {
      HostTensor own = reference.state().download(slot.name(), piece.from(), piece.count());
      mix(own, policy.state().download(slot.name(), piece.from(), piece.count()));
      reference.state().upload(slot.name(), piece.from(), own);
    }
  }

  private void mix(HostTensor own, HostTensor learnt) {
    float part = (float) settings.mixup();
    float rest = (float) (1 - settings.mixup());
    for (long i = 0; i < own.elements(); i++) {
      own.set(i, (float) own.get(i) * rest + (float) learnt.get(i) * part);
    }
  }

  /** What a resumed run needs of it. */
  CheckpointTensors kept() {
    Map<String, Slot> named = new LinkedHashMap<>();
    for (ParameterSpec p : reference.parts().parameters()) {
      named.put(PREFIX + p.name(), p.slot());
    }
    return CheckpointTensors.of(reference.state(), named);
  }
}
