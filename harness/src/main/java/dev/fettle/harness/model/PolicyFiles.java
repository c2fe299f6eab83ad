package dev.fettle.harness.model;

import dev.fettle.checkpoint.CheckpointModel;
import dev.fettle.checkpoint.CheckpointTensors;
import dev.fettle.files.Directories;
import dev.fettle.files.FileErrors;
import dev.fettle.models.ModelParts;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.models.head.RewardHead;
import dev.fettle.models.lora.AdapterConfig;
import dev.fettle.models.lora.AdapterWeights;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Source;
import dev.fettle.models.weights.SafetensorsWriter;
import dev.fettle.models.weights.TensorEntry;
import dev.fettle.program.Slot;
import dev.fettle.tokenizer.ChatTemplate;
import dev.fettle.train.Policy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a trained policy is written: whole, as a Hugging Face model directory, or the adapter alone,
 * as PEFT's. A checkpoint's model and the finished one differ in nothing but the type of weights.
 */
public final class PolicyFiles {
  private final PolicyPlan plan;
  private final Policy policy;
  private final Optional<ChatTemplate> template;
  private final SavedTypes types;
  private final ModelParts parts;

  /**
   * The files of a policy.
   *
   * @param template the chat template it was trained with, where that is not the tokenizer's own
   * @throws ModelFileException if the type its weights came in cannot be read
   */
  public PolicyFiles(PolicyPlan plan, Policy policy, Optional<ChatTemplate> template) {
    this.plan = plan;
    this.policy = policy;
    this.template = template;
    // Of the plan, which may leave out a head that only training needs.
    this.parts = ModelParts.trace(plan.spec());
    this.types = SavedTypes.of(plan, parts);
  }

  /** Writes what was trained; a directory that is there already is replaced. */
  public void write(Path target) {
    write(target, directory -> {});
  }

  /**
   * Writes what was trained, and more beside it; a directory that is there already is replaced. It
   * appears whole or not at all.
   *
   * @param more writes into the directory when all else is in it
   * @throws ModelFileException if it cannot be written, as when the disk is full
   */
  public void write(Path target, Directories.Content more) {
    try {
      Directories.write(
          target,
          directory -> {
            weights(directory);
            rest(directory, types);
            more.write(directory);
          });
    } catch (IOException e) {
      throw new ModelFileException(target, "cannot be written: " + FileErrors.reason(e), e);
    }
  }

  private void weights(Path directory) {
    if (plan.adapter().isEmpty()) {
      FinalModel.weights(directory, parts, policy.weights(), types);
      return;
    }
    List<TensorEntry> entries = new ArrayList<>();
    AdapterWeights.named(parts)
        .forEach((name, p) -> entries.add(types.entry(name, p, entry(name, p))));
    SafetensorsWriter.write(directory.resolve(AdapterWeights.FILE), entries);
  }

  private TensorEntry entry(String name, ParameterSpec p) {
    return TensorEntry.of(
        name, p.type(), () -> policy.parameter(p), piece -> policy.weights().part(p, piece));
  }

  private void rest(Path directory, SavedTypes as) throws IOException {
    if (plan.adapter().isEmpty()) {
      FinalModel.of(plan.files(), plan.spec(), template).rest(directory, as);
      return;
    }
    String base = plan.files().directory().toAbsolutePath().normalize().toString();
    AdapterConfig config = plan.adapter().get().config().saved(base, heads(parts));
    Optional<RewardHead> reward = plan.spec().findHead(RewardHead.class);
    reward.map(head -> head.describedBy(config)).orElse(config).write(directory);
    FinalModel.tokens(directory, plan.files().tokenizer(), template);
  }

  /** The modules of the policy's own heads. */
  private static List<String> heads(ModelParts parts) {
    return parts.from(Source.HEAD).stream()
        .map(ParameterSpec::name)
        .map(n -> n.substring(0, n.lastIndexOf('.')))
        .distinct()
        .toList();
  }

  /** The model as a checkpoint holds it: exact, and loaded by others like the finished one. */
  public CheckpointModel checkpoint() {
    String file = plan.adapter().isPresent() ? AdapterWeights.FILE : CheckpointModel.MODEL;
    return new CheckpointModel(file, tensors(), directory -> rest(directory, SavedTypes.F32));
  }

  private CheckpointTensors tensors() {
    Map<String, Slot> named = new LinkedHashMap<>();
    if (plan.adapter().isPresent()) {
      AdapterWeights.named(parts).forEach((name, p) -> named.put(name, p.slot()));
    } else {
      FinalModel.written(parts).forEach(p -> named.put(p.name(), p.slot()));
    }
    return CheckpointTensors.of(policy.state(), named);
  }
}
