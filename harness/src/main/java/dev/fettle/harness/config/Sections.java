package dev.fettle.harness.config;

import dev.fettle.algorithm.sft.SftSettings;
import dev.fettle.data.encode.Columns;
import dev.fettle.data.encode.InstructionTemplate;
import dev.fettle.data.encode.LossOn;
import dev.fettle.data.encode.Truncation;
import dev.fettle.data.pack.Packing;
import dev.fettle.harness.config.ModelSettings.Recompute;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.optim.DecayedParameters;
import dev.fettle.optim.ScheduleSettings;
import dev.fettle.optim.Warmup;
import dev.fettle.settings.AlgorithmSettings;
import dev.fettle.spi.Device;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Reads each section: its keys, their types, ranges and defaults. */
final class Sections {
  static final Map<String, Precision> PRECISIONS =
      ordered(Map.entry("f32", Precision.FULL), Map.entry("bf16", Precision.BF16));
  static final Map<String, Recompute> RECOMPUTES = named(Recompute.values());
  static final Map<String, LossOn> LOSSES_ON = named(LossOn.values());
  static final Map<String, Truncation> TRUNCATIONS = named(Truncation.values());
  static final Map<String, Packing> PACKINGS = named(Packing.values());
  static final Map<String, DecayedParameters> DECAYED = named(DecayedParameters.values());
  static final Map<String, Track> TRACKS = named(Track.values());
  private static final Path NOWHERE = Path.of("nowhere");

  private final Section root;

  Sections(Section root) {
    this.root = root;
  }

  @SafeVarargs
  private static <T> Map<String, T> ordered(Map.Entry<String, T>... entries) {
    Map<String, T> map = new LinkedHashMap<>();
    for (Map.Entry<String, T> e : entries) {
      map.put(e.getKey(), e.getValue());
    }
    return map;
  }

  private static <E extends Enum<E>> Map<String, E> named(E[] values) {
    return named(values, v -> v.name().toLowerCase(Locale.ROOT));
  }

  private static <E> Map<String, E> named(E[] values, Function<E, String> name) {
    Map<String, E> map = new LinkedHashMap<>();
    for (E value : values) {
      map.put(name.apply(value), value);
    }
    return map;
  }

  /** The name an enum constant has in a configuration. */
  static <T> String nameOf(Map<String, T> choices, T value) {
    return choices.entrySet().stream()
        .filter(e -> e.getValue().equals(value))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }

  RunConfig read(String fallbackName) {
    RunSettings run = run(root.section("run"), fallbackName);
    BackendSettings backend = backend(root.section("backend"));
    ModelSettings model = model(root.section("model"));
    AlgorithmSettings algorithm = algorithm(root.section("algorithm"));
    DataSettings data = data(root.section("data"));
    OptimizerSettings optimizer = optimizer(root.section("optimizer"));
    TrainSettings train = train(root.section("train"), data);
    List<Track> track = root.choices("track", TRACKS).orElse(List.of(Track.CONSOLE, Track.JSONL));
    return new RunConfig(run, backend, model, algorithm, data, optimizer, train, track);
  }

  private static RunSettings run(Section s, String fallbackName) {
    String name = s.text("name").orElse(fallbackName);
    if (name.isBlank() || name.contains("/") || name.contains("\\") || name.startsWith(".")) {
      s.problem("name", "'" + name + "' must be the plain name of a directory");
    }
    RunSettings run =
        new RunSettings(
            name,
            s.whole("seed", Range.ANY).orElse(0L),
            s.path("out").orElseGet(() -> s.resolved("runs")));
    s.done();
    return run;
  }

  private static BackendSettings backend(Section s) {
    BackendSettings d = BackendSettings.DEFAULT;
    BackendSettings backend =
        new BackendSettings(
            s.text("id"),
            device(s),
            s.size("threads", Range.NOT_NEGATIVE).orElse(d.threads()),
            s.texts("options"));
    s.done();
    return backend;
  }

  private static Device device(Section s) {
    Optional<String> text = s.text("device");
    try {
      return text.map(Device::parse).orElse(BackendSettings.DEFAULT.device());
    } catch (IllegalArgumentException e) {
      s.problem("device", "expected cpu, gpu or gpu:1, got '" + text.orElse("") + "'");
      return Device.CPU;
    }
  }

  private static ModelSettings model(Section s) {
    Optional<Path> path = s.path("path");
    Optional<Path> init = s.path("init");
    if (path.isPresent() && init.isPresent()) {
      s.problem("init", "is given beside path; keep path for its weights, or init for fresh ones");
    } else if (path.isEmpty() && init.isEmpty()) {
      s.missing("path", "a Hugging Face model directory");
    }
    path.ifPresent(p -> requireDirectory(s, "path", p));
    init.ifPresent(p -> requireDirectory(s, "init", p));
    ModelSettings model =
        new ModelSettings(
            path.or(() -> init).orElse(NOWHERE),
            init.isPresent(),
            s.choice("precision", PRECISIONS).orElse(Precision.FULL),
            s.choice("recompute", RECOMPUTES).orElse(Recompute.NONE));
    s.done();
    return model;
  }

  private static void requireDirectory(Section s, String key, Path directory) {
    if (!Files.exists(directory)) {
      s.problem(key, "no directory " + directory + Siblings.like(directory));
    } else if (!Files.isDirectory(directory)) {
      s.problem(key, directory + " is a file; give the model's directory");
    }
  }

  private static AlgorithmSettings algorithm(Section s) {
    s.choice("type", Map.of("sft", "sft"));
    AlgorithmSettings algorithm =
        new SftSettings(s.choice("lossOn", LOSSES_ON).orElse(LossOn.AUTO));
    s.done();
    return algorithm;
  }

  private static DataSettings data(Section s) {
    DataSettings d = DataSettings.of();
    if (!s.has("train")) {
      s.missing("train", "a file of rows (.jsonl, .jsonl.gz, .json or .parquet)");
    }
    DataSettings data =
        new DataSettings(
            files(s, "train"),
            files(s, "eval"),
            s.text("format"),
            new Columns(s.texts("columns")),
            template(s.section("template")),
            s.size("maxLength", Range.AT_LEAST_TWO),
            s.choice("truncation", TRUNCATIONS).orElse(d.truncation()),
            packing(s),
            s.flag("shuffle", d.shuffle()),
            s.flag("dropLast", d.dropLast()),
            chatTemplate(s));
    s.done();
    return data;
  }

  private static List<Path> files(Section s, String key) {
    List<Path> files = s.paths(key).orElse(List.of());
    for (Path file : files) {
      if (!Files.exists(file)) {
        s.problem(key, "no file " + file + Siblings.like(file));
      }
    }
    return files;
  }

  private static Packing packing(Section s) {
    Map<String, Packing> choices = new LinkedHashMap<>(PACKINGS);
    choices.put("true", Packing.BFD);
    choices.put("false", Packing.NONE);
    return s.choice("packing", choices).orElse(Packing.BFD);
  }

  private static Optional<InstructionTemplate> template(Section s) {
    Optional<String> with = s.text("withInput");
    Optional<String> without = s.text("withoutInput");
    s.done();
    if (with.isEmpty() && without.isEmpty()) {
      return Optional.empty();
    }
    InstructionTemplate d = InstructionTemplate.alpaca();
    try {
      return Optional.of(
          new InstructionTemplate(with.orElse(d.withInput()), without.orElse(d.withoutInput())));
    } catch (IllegalArgumentException e) {
      s.problem(with.isPresent() ? "withInput" : "withoutInput", String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private static Optional<String> chatTemplate(Section s) {
    Optional<String> text = s.text("chatTemplate");
    if (text.isEmpty() || text.get().equals(DataSettings.CHAT_ML)) {
      return text;
    }
    Path file = s.resolved(text.get());
    if (!Files.isRegularFile(file)) {
      s.problem("chatTemplate", "no file " + file + Siblings.like(file) + " (chatml is built in)");
    }
    return Optional.of(file.toString());
  }

  private static OptimizerSettings optimizer(Section s) {
    OptimizerSettings d = OptimizerSettings.DEFAULT;
    String type = s.choice("type", Map.of("adamw", "adamw", "sgd", "sgd")).orElse("adamw");
    OptimizerSettings optimizer =
        new OptimizerSettings(
            type.equals("sgd") ? sgd(s) : adamW(s),
            s.number("learningRate", Range.POSITIVE).orElse(d.learningRate()),
            s.number("weightDecay", Range.NOT_NEGATIVE).orElse(d.weightDecay()),
            s.choice("weightDecayOn", DECAYED).orElse(d.weightDecayOn()),
            s.number("clipNorm", Range.NOT_NEGATIVE).orElse(d.clipNorm()),
            schedule(s.section("schedule")));
    s.done();
    return optimizer;
  }

  private static OptimizerSettings.Rule sgd(Section s) {
    return new OptimizerSettings.Sgd(s.number("momentum", Range.BELOW_ONE).orElse(0.0));
  }

  private static OptimizerSettings.Rule adamW(Section s) {
    OptimizerSettings.AdamW d = OptimizerSettings.AdamW.DEFAULT;
    List<Double> betas =
        s.numbers("betas", 2, Range.BELOW_ONE).orElse(List.of(d.beta1(), d.beta2()));
    double epsilon = s.number("epsilon", Range.POSITIVE).orElse(d.epsilon());
    return new OptimizerSettings.AdamW(betas.get(0), betas.get(1), epsilon);
  }

  private static ScheduleSettings schedule(Section s) {
    ScheduleSettings d = OptimizerSettings.DEFAULT.schedule();
    ScheduleSettings schedule =
        new ScheduleSettings(
            s.text("type").orElse(d.type()),
            warmup(s),
            s.number("cycles", Range.POSITIVE).orElse(null),
            s.number("minimumRatio", Range.NOT_NEGATIVE).orElse(null),
            s.number("endLearningRate", Range.NOT_NEGATIVE).orElse(null),
            s.number("power", Range.POSITIVE).orElse(null),
            s.whole("timescale", Range.AT_LEAST_ONE).orElse(null),
            s.whole("decaySteps", Range.AT_LEAST_ONE).orElse(null));
    s.done();
    try {
      schedule.toSchedule();
      return schedule;
    } catch (IllegalArgumentException e) {
      s.problem("type", String.valueOf(e.getMessage()));
      return d;
    }
  }

  private static Warmup warmup(Section s) {
    long steps = s.whole("warmupSteps", Range.NOT_NEGATIVE).orElse(0L);
    double ratio = s.number("warmupRatio", Range.BELOW_ONE).orElse(0.0);
    if (steps > 0 && ratio > 0) {
      s.problem("warmupRatio", "is given beside warmupSteps; keep one");
      return Warmup.NONE;
    }
    return new Warmup(steps, ratio);
  }

  private static TrainSettings train(Section s, DataSettings data) {
    TrainSettings d = TrainSettings.DEFAULT;
    Optional<Long> steps = s.whole("steps", Range.AT_LEAST_ONE);
    Optional<Double> epochs = s.number("epochs", Range.POSITIVE);
    if (steps.isPresent() && epochs.isPresent()) {
      s.problem("epochs", "is given beside steps; keep one");
    }
    int batchSize = s.size("batchSize", Range.AT_LEAST_ONE).orElse(d.batchSize());
    int microBatchSize = s.size("microBatchSize", Range.AT_LEAST_ONE).orElse(batchSize);
    if (microBatchSize > batchSize) {
      s.problem(
          "microBatchSize", "is " + microBatchSize + ", more than the batchSize of " + batchSize);
    }
    long evalEvery = s.whole("evalEvery", Range.NOT_NEGATIVE).orElse(d.evalEvery());
    if (evalEvery > 0 && data.eval().isEmpty()) {
      s.problem("evalEvery", "is " + evalEvery + ", but data.eval names no rows to evaluate on");
    }
    TrainSettings train =
        new TrainSettings(
            steps,
            epochs.orElse(d.epochs()),
            batchSize,
            microBatchSize,
            evalEvery,
            s.whole("checkpointEvery", Range.NOT_NEGATIVE).orElse(d.checkpointEvery()),
            s.size("keep", Range.NOT_NEGATIVE).orElse(d.keep()),
            s.whole("logEvery", Range.AT_LEAST_ONE).orElse(d.logEvery()));
    s.done();
    return train;
  }
}
