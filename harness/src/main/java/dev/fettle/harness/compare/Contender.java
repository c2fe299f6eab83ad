package dev.fettle.harness.compare;

import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.config.RunConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One of the runs to be compared.
 *
 * @param label its name; letters, digits, dots, dashes and underscores
 * @param config what it does; {@code run.name}, {@code run.out}, {@code track} and {@code
 *     train.checkpointEvery} are the comparison's
 */
public record Contender(String label, RunConfig config) {

  /** Checks the label. */
  public Contender {
    if (!label.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
      throw new IllegalArgumentException("not a label: '" + label + "'");
    }
  }

  /**
   * The same training on several backends. {@code backend.options} stay with the backend the
   * configuration names.
   */
  static List<Contender> on(List<String> backends, RunConfig config) {
    List<Contender> contenders = new ArrayList<>();
    for (String id : backends) {
      long before =
          contenders.stream()
              .filter(c -> c.config().backend().id().equals(Optional.of(id)))
              .count();
      String label = before == 0 ? id : id + "-" + (before + 1);
      contenders.add(new Contender(label, onBackend(id, config)));
    }
    return contenders;
  }

  private static RunConfig onBackend(String id, RunConfig config) {
    BackendSettings written = config.backend();
    RunConfig.Builder builder = config.toBuilder().set("backend.id", id);
    return (written.id().orElse(id).equals(id) ? builder : builder.unset("backend.options"))
        .build();
  }
}
