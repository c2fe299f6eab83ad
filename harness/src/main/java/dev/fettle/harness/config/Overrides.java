package dev.fettle.harness.config;

import java.util.LinkedHashMap;
import java.util.List;

/** Puts {@code --set key=value} options into a configuration. */
final class Overrides {
  private Overrides() {}

  static void apply(ConfigTree.Keys root, List<String> options, Problems problems) {
    for (String option : options) {
      Place place = new Place.Option(option);
      int equals = option.indexOf('=');
      if (equals < 1) {
        problems.add(place, "", "expected key=value, as in --set train.steps=100");
        continue;
      }
      String path = option.substring(0, equals).strip();
      ConfigTree value = TreeReader.value(option.substring(equals + 1), place, problems);
      put(root, path, value, problems);
    }
  }

  static void put(ConfigTree.Keys root, String path, ConfigTree value, Problems problems) {
    ConfigTree.Keys section = root;
    String[] names = path.split("\\.", -1);
    for (int i = 0; i < names.length - 1; i++) {
      ConfigTree below = section.entries().get(names[i]);
      if (below == null || (below instanceof ConfigTree.Leaf leaf && leaf.value() == null)) {
        below = new ConfigTree.Keys(value.place(), new LinkedHashMap<>());
        section.entries().put(names[i], below);
      }
      if (!(below instanceof ConfigTree.Keys keys)) {
        problems.add(
            value.place(), path, names[i] + " is " + below.describe() + ", which has no keys");
        return;
      }
      section = keys;
    }
    section.entries().put(names[names.length - 1], value);
  }
}
