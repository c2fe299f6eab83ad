package dev.fettle.harness.wiring;

import dev.fettle.harness.config.BackendSettings;
import dev.fettle.settings.ConfigException;
import dev.fettle.spi.Availability;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendProvider;
import dev.fettle.spi.DeviceUnavailableException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/**
 * The backends on the class path. Finding them loads no native code, and any number of them will
 * do: an application may bring only one.
 *
 * @param providers by id
 */
public record Backends(List<BackendProvider> providers) {

  /** Those this project publishes, for advice. */
  private static final List<String> PUBLISHED = List.of("onnxruntime", "reference", "tensorflow");

  /** Sorts them by id. */
  public Backends {
    providers = providers.stream().sorted(Comparator.comparing(BackendProvider::id)).toList();
  }

  /** All that the class path offers. */
  public static Backends discover() {
    List<BackendProvider> found = new ArrayList<>();
    ServiceLoader.load(BackendProvider.class, Backends.class.getClassLoader()).forEach(found::add);
    return new Backends(found);
  }

  /**
   * The provider of an id; where none is asked for, the first by id that can run here.
   *
   * @throws ConfigException if it is absent, listing what there is and what to add
   */
  public BackendProvider provider(Optional<String> id) {
    if (providers.isEmpty()) {
      throw ConfigException.about(
          "backend.id", "no backend is on the class path; add one of " + coordinates(PUBLISHED));
    }
    if (id.isEmpty()) {
      return providers.stream()
          .filter(p -> p.probe().available())
          .findFirst()
          .orElseThrow(() -> new DeviceUnavailableException("no backend can run here: " + why()));
    }
    return providers.stream()
        .filter(p -> p.id().equals(id.get()))
        .findFirst()
        .orElseThrow(() -> absent(id.get()));
  }

  private ConfigException absent(String id) {
    String there = providers.stream().map(BackendProvider::id).collect(Collectors.joining(", "));
    String advice =
        PUBLISHED.contains(id)
            ? "add " + coordinates(List.of(id)) + " to the class path"
            : "choose one of these, or add one of " + coordinates(PUBLISHED);
    return ConfigException.about(
        "backend.id", "no backend '" + id + "' here; there is " + there + "; " + advice);
  }

  private static String coordinates(List<String> ids) {
    return ids.stream()
        .map(id -> "dev.fettle:fettle-backend-" + id)
        .collect(Collectors.joining(", "));
  }

  private String why() {
    return providers.stream()
        .map(p -> p.id() + ": " + p.probe().detail())
        .collect(Collectors.joining("; "));
  }

  /**
   * Opens the backend a configuration asks for.
   *
   * @throws ConfigException if it is absent, or does not know a setting
   * @throws DeviceUnavailableException if it or its device cannot be used here, saying why
   */
  public Backend open(BackendSettings settings) {
    BackendProvider provider = provider(settings.id());
    Availability availability = provider.probe();
    if (!availability.available()) {
      throw new DeviceUnavailableException(
          "backend " + provider.id() + " cannot run here: " + availability.detail());
    }
    try {
      return provider.open(settings.device(), settings.toOptions());
    } catch (IllegalArgumentException e) {
      throw ConfigException.about("backend", String.valueOf(e.getMessage()));
    }
  }
}
