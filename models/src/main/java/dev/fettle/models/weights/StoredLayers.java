package dev.fettle.models.weights;

import dev.fettle.models.config.HfConfig;
import dev.fettle.models.config.ModelFileException;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How many blocks a model's weights are of: told by their names, before a graph is written. */
public final class StoredLayers {
  private static final Pattern BLOCK = Pattern.compile("(?:^|\\.)(?:h|layers)\\.(\\d{1,9})\\.");

  private StoredLayers() {}

  /**
   * Compares what a config says with what the weights hold.
   *
   * @throws ModelFileException if the config says more
   */
  public static void requireAll(WeightSource weights, HfConfig config) {
    int stated = config.model().dims().layers();
    OptionalInt last = weights.names().stream().mapToInt(StoredLayers::block).max();
    int stored = last.orElse(-1) + 1;
    if (stored > 0 && stated > stored) {
      throw new ModelFileException(
          weights.location(),
          "holds "
              + stored
              + " layers, but config.json says "
              + stated
              + "; take both from the same place");
    }
  }

  private static int block(String name) {
    Matcher m = BLOCK.matcher(name);
    return m.find() ? Integer.parseInt(m.group(1)) : -1;
  }
}
