package dev.fettle.harness.run;

import com.google.inject.Key;
import dev.fettle.algorithm.Training;
import dev.fettle.checkpoint.CheckpointStore;
import dev.fettle.files.FileErrors;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.doctor.PrecisionAdvice;
import dev.fettle.harness.model.Dropout;
import dev.fettle.harness.model.PolicyPlan;
import dev.fettle.harness.model.SavedTypes;
import dev.fettle.harness.wiring.Wiring;
import dev.fettle.models.ModelParts;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.optim.Optimizer;
import dev.fettle.program.Slot;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds out what a run would do. */
public final class Planning {
  private static final Logger LOG = LoggerFactory.getLogger(Planning.class);

  private final RunConfig config;
  private final PolicyPlan plan;
  private final Backend backend;
  private final BackendProvider provider;
  private final RowLoading rows;
  private final RunWarnings warnings;
  private final Training<?> training;
  private final ModelParts parts;

  private Planning(Wiring wiring) {
    this.config = wiring.get(RunConfig.class);
    this.plan = wiring.get(PolicyPlan.class);
    this.backend = wiring.get(Backend.class);
    this.provider = wiring.get(BackendProvider.class);
    this.parts = ModelParts.trace(plan.spec());
    // The weights are matched to the model, by what their files say of them, before rows are read.
    SavedTypes.of(plan, parts);
    this.rows = wiring.get(RowLoading.class);
    this.warnings = wiring.get(RunWarnings.class);
    this.training = wiring.get(new Key<Training<?>>() {});
  }

  /**
   * The plan of the run that a graph describes. Tokenised rows are kept where the run will find
   * them; nothing else is written.
   *
   * @throws dev.fettle.settings.ConfigException if settings do not fit together, or the model
   * @throws dev.fettle.data.read.DataException where rows cannot be used
   * @throws dev.fettle.models.config.ModelFileException if model or adapter cannot be read, or
   *     their weights do not fit
   */
  public static RunPlan of(Wiring wiring) {
    return new Planning(wiring).plan();
  }

  private RunPlan plan() {
    long perEpoch;
    try (var source = training.source()) {
      perEpoch = source.stepsPerEpoch();
    }
    PrecisionAdvice.on(backend, config.model().precision()).ifPresent(warnings::add);
    warnings.addAll(Dropout.notApplied(plan));
    warnings.addAll(training.notes());
    List<ParameterSpec> trained =
        parts.parameters().stream().filter(plan.spec().trainable()).toList();
    RunPlan.Bytes bytes = bytes(trained);
    warnOfDisk(bytes);
    return new RunPlan(
        rows.reports(),
        new RunPlan.Steps(taken(), config.train().totalSteps(perEpoch), perEpoch),
        new RunPlan.Model(
            plan.files().config().model().modelType(),
            parts.elements(),
            ModelParts.elements(trained)),
        bytes,
        provider.id() + " " + provider.version() + " (" + backend.device() + ")",
        warnings.all());
  }

  private long taken() {
    List<Path> all = CheckpointStore.list(new RunDirectory(config.run().directory()).checkpoints());
    return all.isEmpty() ? 0 : CheckpointStore.stepOf(all.get(all.size() - 1));
  }

  private RunPlan.Bytes bytes(List<ParameterSpec> trained) {
    Optimizer optimizer = config.optimizer().toOptimizer();
    long parameters =
        bytesOf(parts.parameters().stream().map(ParameterSpec::slot).toList())
            + bytesOf(parts.tables());
    long gradients = bytesOf(trained.stream().map(ParameterSpec::slot).toList());
    long moments = bytesOf(trained.stream().flatMap(p -> optimizer.slots(p).stream()).toList());
    int keep = config.train().keep();
    int beside = config.train().keepBest().isPresent() ? 2 : 1;
    return new RunPlan.Bytes(
        parameters, gradients, moments, gradients + moments, keep == 0 ? 0 : keep + beside, free());
  }

  private static long bytesOf(List<Slot> slots) {
    return slots.stream().mapToLong(s -> s.type().bytes()).sum();
  }

  /** 0 where nobody knows. */
  private long free() {
    Path place = config.run().directory().toAbsolutePath();
    while (place != null && !Files.exists(place)) {
      place = place.getParent();
    }
    if (place == null) {
      return 0;
    }
    try {
      return Files.getFileStore(place).getUsableSpace();
    } catch (IOException e) {
      LOG.warn("{}: how much is free is not known: {}", place, FileErrors.reason(e));
      return 0;
    }
  }

  private void warnOfDisk(RunPlan.Bytes bytes) {
    // Those there already count as free space that is used; a run to be resumed replaces them.
    double needed = (double) bytes.checkpoint() * Math.max(1, bytes.kept());
    if (bytes.free() > 0 && needed > bytes.free()) {
      warnings.add(
          String.format(
              "the checkpoints take %,.0f bytes, %d of %,d each, and %,d are free; lower train.keep,"
                  + " or choose another run.out",
              needed, Math.max(1, bytes.kept()), bytes.checkpoint(), bytes.free()));
    }
  }
}
