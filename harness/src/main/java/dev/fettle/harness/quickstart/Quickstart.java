package dev.fettle.harness.quickstart;

import dev.fettle.files.FileErrors;
import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.model.NewModel;
import dev.fettle.harness.quickstart.QuickstartReport.Job;
import dev.fettle.harness.run.Terminal;
import dev.fettle.harness.wiring.Backends;
import dev.fettle.settings.ConfigException;
import dev.fettle.spi.BackendProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Makes data, a tokenizer and a base model; then, on one backend and on another, fine-tunes it and
 * has it learn from rewards.
 */
public final class Quickstart {
  /** The backends made for speed, the preferred one first. */
  private static final List<String> NATIVE = List.of("onnxruntime", "tensorflow");

  private final QuickstartSettings settings;
  private final Transcript transcript;
  private final Jobs jobs;
  private final WorldFiles files;
  private final Path fresh;

  private Quickstart(QuickstartSettings settings, Terminal terminal) {
    this.settings = settings;
    this.transcript = new Transcript(terminal.out(), settings.alone());
    this.jobs = new Jobs(settings, terminal, transcript);
    this.files = new WorldFiles(settings.directory().resolve("data"));
    this.fresh = settings.directory().resolve("fresh");
  }

  /**
   * Runs it.
   *
   * @throws ConfigException if the directory is not empty, or the backend absent
   * @throws dev.fettle.spi.DeviceUnavailableException if no backend can run here
   */
  public static QuickstartReport run(QuickstartSettings settings, Terminal terminal) {
    requireEmpty(settings.directory());
    List<String> backends = backends(settings);
    return new Quickstart(settings, terminal).run(backends);
  }

  private static void requireEmpty(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> entries = Files.list(directory)) {
      if (entries.findAny().isPresent()) {
        throw ConfigException.about(
            "--out", directory + " is not empty; choose another directory, or remove it");
      }
    } catch (IOException e) {
      throw ConfigException.about("--out", directory + " cannot be read: " + FileErrors.reason(e));
    }
  }

  /** The main backend, then the one to run beside it, if there is one. */
  private static List<String> backends(QuickstartSettings settings) {
    Optional<String> asked = settings.backend();
    Backends found = Backends.discover();
    List<String> natives =
        NATIVE.stream()
            .filter(
                id ->
                    found.providers().stream()
                        .anyMatch(p -> p.id().equals(id) && p.probe().available()))
            .toList();
    BackendProvider main = found.provider(asked.isPresent() ? asked : natives.stream().findFirst());
    List<String> chosen = new ArrayList<>(List.of(main.id()));
    if (!settings.alone()) {
      natives.stream().filter(id -> !id.equals(main.id())).findFirst().ifPresent(chosen::add);
    }
    return chosen;
  }

  private QuickstartReport run(List<String> backends) {
    long start = System.nanoTime();
    String main = backends.get(0);
    TinyWorld world = makeData();
    makeModel();
    FineTuning base = trainBase(main);
    Examination before = examine(base.model(), main, world);
    List<Job> tuned = new ArrayList<>();
    for (String backend : backends) {
      FineTuning training = fineTune(base.model(), backend);
      tuned.add(new Job(training, examine(training.model(), backend, world)));
    }
    List<AlignmentReport> alignments = new ArrayList<>();
    for (Job job : tuned) {
      String backend = job.training().backend();
      Alignment stages = new Alignment(jobs, backend, backend.equals(main), files, world);
      alignments.add(stages.run(new Job(base, before), job));
    }
    QuickstartReport report =
        new QuickstartReport(
            settings.directory(), before, tuned, alignments, Jobs.secondsSince(start));
    QuickstartPage.write(report);
    transcript.finish(report);
    return report;
  }

  private TinyWorld makeData() {
    TinyWorld world = TinyWorld.of(settings.seed(), settings.scale().world());
    files.write(world);
    transcript.data(world, files.directory());
    return world;
  }

  private void makeModel() {
    NewModel model =
        new NewModel(
            NewModel.Family.LLAMA,
            settings.scale().model(),
            new NewModel.TrainedTokens(
                List.of(files.vocabulary()), settings.scale().vocabSize(), List.of()),
            settings.seed());
    Fettle.initModel(model, fresh);
  }

  private FineTuning trainBase(String backend) {
    transcript.stage("Training a tokenizer and a base model on the plain text", backend);
    return jobs.train(
        backend,
        jobs.of("base", fresh, settings.scale().stages().base())
            .set("data.train", files.text())
            .set("algorithm.lossOn", "all"));
  }

  private FineTuning fineTune(Path base, String backend) {
    transcript.stage("Fine-tuning it on the questions", backend);
    return jobs.train(
        backend,
        jobs.of("finetune-" + backend, base, settings.scale().stages().fineTuning())
            .set("data.train", files.training())
            .set("algorithm.lossOn", "completion"));
  }

  private Examination examine(Path model, String backend, TinyWorld world) {
    Examination result =
        Examination.of(model, BackendSettings.of(backend), files.heldOut(), world.heldOut());
    transcript.examined(result);
    return result;
  }
}
