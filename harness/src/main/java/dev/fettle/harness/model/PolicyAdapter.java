package dev.fettle.harness.model;

import dev.fettle.harness.config.AdapterSettings;
import dev.fettle.harness.config.ModelSettings;
import dev.fettle.models.PolicySpec;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.models.lora.AdaptableLayers;
import dev.fettle.models.lora.AdapterConfig;
import dev.fettle.models.lora.LoraConfig;
import dev.fettle.models.lora.LoraLinears;
import dev.fettle.models.lora.LoraTargets;
import dev.fettle.settings.ConfigException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The adapter of a policy: what it is, and where its weights come from.
 *
 * @param config what it is
 * @param layers of the model it is for
 * @param directory which holds its weights; fresh ones where there is none
 */
public record PolicyAdapter(
    AdapterConfig config, AdaptableLayers layers, Optional<Path> directory) {
  private static final String SECTION = "model.adapter.";

  /**
   * The adapter that settings ask for.
   *
   * @throws ConfigException if a key does not agree with the adapter to start from, or names what
   *     the model does not have
   * @throws ModelFileException if the adapter to start from cannot be read
   */
  public static PolicyAdapter of(AdapterSettings settings, ModelFiles files) {
    AdaptableLayers layers = AdaptableLayers.of(files.model());
    requireKnown(settings, layers);
    return settings
        .path()
        .map(path -> stored(path, settings, layers))
        .orElseGet(() -> fresh(settings, layers, trained(settings, files)));
  }

  /** Rows of tokens that were added are in no base model: the adapter trains and keeps them. */
  private static List<String> trained(AdapterSettings settings, ModelFiles files) {
    Set<String> modules = new LinkedHashSet<>(settings.modulesToSave());
    if (files.grew()) {
      for (String name : List.of(files.model().names().embedding(), files.model().names().head())) {
        String module = name.substring(0, name.lastIndexOf('.'));
        modules.add(module.substring(module.lastIndexOf('.') + 1));
      }
    }
    return List.copyOf(modules);
  }

  /**
   * Settings whose model directory is a model: of an adapter directory, its base model and it.
   *
   * @throws ModelFileException if the base model it names is not there
   */
  static ModelSettings withBase(ModelSettings settings) {
    Path adapter = settings.directory();
    if (!ModelFiles.isAdapter(adapter) || settings.adapter().isPresent()) {
      return settings;
    }
    Optional<Path> base = AdapterConfig.read(adapter).baseModel().flatMap(PolicyAdapter::path);
    return base.filter(Files::isDirectory)
        .map(b -> settings.at(b).with(AdapterSettings.of(adapter)))
        .orElseThrow(
            () ->
                new ModelFileException(
                    adapter.resolve(AdapterConfig.FILE),
                    "key 'base_model_name_or_path' names no directory here: "
                        + base.map(Path::toString).orElse("nothing")
                        + "; give the base model, and this as its adapter"));
  }

  /** A stranger's file may name what is no path. */
  private static Optional<Path> path(String text) {
    try {
      return Optional.of(Path.of(text));
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private static PolicyAdapter fresh(
      AdapterSettings settings, AdaptableLayers layers, List<String> modulesToSave) {
    LoraConfig lora =
        new LoraConfig(
            settings.rank().orElse(AdapterSettings.DEFAULT_RANK),
            settings.alpha().orElse(AdapterSettings.DEFAULT_ALPHA),
            settings.targets().map(PolicyAdapter::targets).orElseGet(layers::defaultTargets),
            settings.rslora().orElse(false),
            modulesToSave,
            Map.of(),
            Map.of());
    return new PolicyAdapter(AdapterConfig.of(lora, layers), layers, Optional.empty());
  }

  private static LoraTargets targets(List<String> names) {
    return names.equals(List.of(AdapterSettings.ALL_LINEAR))
        ? new LoraTargets.AllLinear()
        : new LoraTargets.Named(names);
  }

  private static void requireKnown(AdapterSettings settings, AdaptableLayers layers) {
    settings
        .targets()
        .flatMap(names -> layers.unknownTarget(targets(names)))
        .ifPresent(
            name -> {
              throw ConfigException.about(
                  SECTION + "targets",
                  "the model has no linear layer '"
                      + name
                      + "'; it has "
                      + String.join(", ", layers.linearNames()));
            });
    layers
        .unknownModule(settings.modulesToSave())
        .ifPresent(
            name -> {
              throw ConfigException.about(
                  SECTION + "modulesToSave",
                  "the model has no module '"
                      + name
                      + "'; it has "
                      + String.join(", ", layers.moduleNames()));
            });
  }

  private static PolicyAdapter stored(
      Path directory, AdapterSettings settings, AdaptableLayers layers) {
    AdapterConfig config = AdapterConfig.read(directory);
    LoraConfig lora = config.lora();
    if (layers.adapted(lora).isEmpty()) {
      throw new ModelFileException(
          directory.resolve(AdapterConfig.FILE),
          "key 'target_modules' names no linear layer of the model, which has "
              + String.join(", ", layers.linearNames()));
    }
    agree("rank", settings.rank(), lora.rank());
    agree("alpha", settings.alpha(), lora.alpha());
    agree("rslora", settings.rslora(), lora.rslora());
    settings
        .targets()
        .map(PolicyAdapter::targets)
        .filter(t -> !layers.adapted(with(lora, t)).equals(layers.adapted(lora)))
        .ifPresent(
            t -> {
              throw differs("targets", settings.targets().orElseThrow(), lora.targets());
            });
    if (!settings.modulesToSave().isEmpty()
        && !Set.copyOf(settings.modulesToSave()).equals(Set.copyOf(lora.modulesToSave()))) {
      throw differs("modulesToSave", settings.modulesToSave(), lora.modulesToSave());
    }
    return new PolicyAdapter(config, layers, Optional.of(directory));
  }

  private static LoraConfig with(LoraConfig lora, LoraTargets targets) {
    return new LoraConfig(
        lora.rank(),
        lora.alpha(),
        targets,
        lora.rslora(),
        lora.modulesToSave(),
        lora.rankPattern(),
        lora.alphaPattern());
  }

  private static <T> void agree(String key, Optional<T> given, T stored) {
    if (given.isPresent() && !given.get().equals(stored)) {
      throw differs(key, given.get(), stored);
    }
  }

  private static ConfigException differs(String key, Object given, Object stored) {
    return ConfigException.about(
        SECTION + key,
        "is "
            + given
            + ", but the adapter at model.adapter.path has "
            + stored
            + "; leave the key out, or start another adapter");
  }

  /** A policy with this adapter. */
  public PolicySpec adapt(PolicySpec spec) {
    return spec.adapted(new LoraLinears(spec.linears(), config.lora(), spec.body().names()));
  }
}
