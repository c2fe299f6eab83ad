package dev.fettle.harness.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import dev.fettle.algorithm.sft.SftSettings;
import dev.fettle.optim.ScheduleSettings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes a configuration with every setting it has, defaults included and paths absolute, so that
 * the same run can be made from it anywhere on this machine.
 */
public final class ConfigWriter {
  private static final ObjectMapper YAML =
      new ObjectMapper(
          YAMLFactory.builder()
              .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
              .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
              .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
              .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
              .build());

  private ConfigWriter() {}

  /** As YAML. */
  public static String yaml(RunConfig config) {
    try {
      return YAML.writeValueAsString(nested(flat(config)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("settings are plain values", e);
    }
  }

  /** What one configuration has otherwise than another, as in {@code train.steps 100 -> 200}. */
  public static List<String> differences(RunConfig before, RunConfig after) {
    Map<String, Object> old = flat(before);
    Map<String, Object> now = flat(after);
    Set<String> keys = new LinkedHashSet<>(old.keySet());
    keys.addAll(now.keySet());
    return keys.stream()
        .filter(k -> !Objects.equals(old.get(k), now.get(k)))
        .map(
            k -> k + " " + old.getOrDefault(k, "(unset)") + " -> " + now.getOrDefault(k, "(unset)"))
        .toList();
  }

  @SuppressWarnings("unchecked") // every map but a leaf's is made here
  private static Map<String, Object> nested(Map<String, Object> flat) {
    Map<String, Object> root = new LinkedHashMap<>();
    flat.forEach(
        (key, value) -> {
          Map<String, Object> section = root;
          String[] names = key.split("\\.", -1);
          for (int i = 0; i < names.length - 1; i++) {
            section =
                (Map<String, Object>)
                    section.computeIfAbsent(names[i], n -> new LinkedHashMap<String, Object>());
          }
          section.put(names[names.length - 1], value);
        });
    return root;
  }

  /** Every setting by its key, in the order of the documentation; absent ones left out. */
  static Map<String, Object> flat(RunConfig config) {
    Out out = new Out(new LinkedHashMap<>());
    out.put("run.name", config.run().name());
    out.put("run.seed", config.run().seed());
    out.put("run.out", config.run().out());
    backend(out, config.backend());
    model(out, config.model());
    out.put("algorithm.type", config.algorithm().type());
    if (config.algorithm() instanceof SftSettings sft) {
      out.put("algorithm.lossOn", Sections.nameOf(Sections.LOSSES_ON, sft.lossOn()));
    }
    data(out, config.data());
    optimizer(out, config.optimizer());
    train(out, config.train());
    out.put(
        "track", config.track().stream().map(t -> Sections.nameOf(Sections.TRACKS, t)).toList());
    return out.settings;
  }

  private record Out(Map<String, Object> settings) {
    void put(String key, @Nullable Object value) {
      if (value instanceof Path path) {
        settings.put(key, path.toString());
      } else if (value != null) {
        settings.put(key, value);
      }
    }

    void putUnlessEmpty(String key, Map<String, String> texts) {
      put(key, texts.isEmpty() ? null : new LinkedHashMap<>(texts));
    }
  }

  private static void backend(Out out, BackendSettings backend) {
    out.put("backend.id", backend.id().orElse(null));
    out.put("backend.device", backend.device().toString());
    out.put("backend.threads", backend.threads());
    out.putUnlessEmpty("backend.options", backend.options());
  }

  private static void model(Out out, ModelSettings model) {
    out.put(model.fresh() ? "model.init" : "model.path", model.directory());
    out.put("model.precision", Sections.nameOf(Sections.PRECISIONS, model.precision()));
    out.put("model.recompute", Sections.nameOf(Sections.RECOMPUTES, model.recompute()));
  }

  private static void data(Out out, DataSettings data) {
    out.put("data.train", paths(data.train()));
    out.put("data.eval", data.eval().isEmpty() ? null : paths(data.eval()));
    out.put("data.format", data.format().orElse(null));
    out.putUnlessEmpty("data.columns", data.columns().names());
    data.template()
        .ifPresent(
            t -> {
              out.put("data.template.withInput", t.withInput());
              out.put("data.template.withoutInput", t.withoutInput());
            });
    out.put("data.maxLength", data.maxLength().orElse(null));
    out.put("data.truncation", Sections.nameOf(Sections.TRUNCATIONS, data.truncation()));
    out.put("data.packing", Sections.nameOf(Sections.PACKINGS, data.packing()));
    out.put("data.shuffle", data.shuffle());
    out.put("data.dropLast", data.dropLast());
    out.put("data.chatTemplate", data.chatTemplate().orElse(null));
  }

  private static List<String> paths(List<Path> paths) {
    return paths.stream().map(Path::toString).toList();
  }

  private static void optimizer(Out out, OptimizerSettings optimizer) {
    if (optimizer.rule() instanceof OptimizerSettings.AdamW adamW) {
      out.put("optimizer.type", "adamw");
      out.put("optimizer.betas", List.of(adamW.beta1(), adamW.beta2()));
      out.put("optimizer.epsilon", adamW.epsilon());
    } else if (optimizer.rule() instanceof OptimizerSettings.Sgd sgd) {
      out.put("optimizer.type", "sgd");
      out.put("optimizer.momentum", sgd.momentum());
    }
    out.put("optimizer.learningRate", optimizer.learningRate());
    out.put("optimizer.weightDecay", optimizer.weightDecay());
    out.put(
        "optimizer.weightDecayOn", Sections.nameOf(Sections.DECAYED, optimizer.weightDecayOn()));
    out.put("optimizer.clipNorm", optimizer.clipNorm());
    ScheduleSettings schedule = optimizer.schedule();
    out.put("optimizer.schedule.type", schedule.type());
    out.put("optimizer.schedule.warmupSteps", zeroAsAbsent(schedule.warmup().steps()));
    out.put("optimizer.schedule.warmupRatio", zeroAsAbsent(schedule.warmup().ratio()));
    out.put("optimizer.schedule.cycles", schedule.cycles());
    out.put("optimizer.schedule.minimumRatio", schedule.minimumRatio());
    out.put("optimizer.schedule.endLearningRate", schedule.endLearningRate());
    out.put("optimizer.schedule.power", schedule.power());
    out.put("optimizer.schedule.timescale", schedule.timescale());
    out.put("optimizer.schedule.decaySteps", schedule.decaySteps());
  }

  private static @Nullable Number zeroAsAbsent(Number value) {
    return value.doubleValue() == 0 ? null : value;
  }

  private static void train(Out out, TrainSettings train) {
    out.put("train.steps", train.steps().orElse(null));
    out.put("train.epochs", train.steps().isPresent() ? null : train.epochs());
    out.put("train.batchSize", train.batchSize());
    out.put("train.microBatchSize", train.microBatchSize());
    out.put("train.evalEvery", train.evalEvery());
    out.put("train.checkpointEvery", train.checkpointEvery());
    out.put("train.keep", train.keep());
    out.put("train.logEvery", train.logEvery());
  }
}
