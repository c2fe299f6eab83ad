package dev.fettle.settings;

import dev.fettle.settings.ConfigTree.Branch;
import dev.fettle.settings.ConfigTree.Leaf;
import java.util.ArrayList;
import java.util.List;

/** Puts {@code --set key=value} options into a configuration. */
final class Overrides {
  private Overrides() {}

  /** A setting that goes before the file's. */
  record Setting(String path, ConfigTree value) {}

  static void apply(Branch root, List<String> options, Problems problems) {
    read(options, problems).forEach(o -> put(root, o.path(), o.value(), problems));
  }

  static List<Setting> read(List<String> options, Problems problems) {
    List<Setting> overrides = new ArrayList<>();
    for (String option : options) {
      Place place = new Place.Option(option);
      int equals = option.indexOf('=');
      if (equals < 1) {
        problems.add(place, "", "expected key=value, as in --set train.steps=100");
        continue;
      }
      String path = option.substring(0, equals).strip();
      ConfigTree value = TreeReader.value(option.substring(equals + 1), place, problems);
      overrides.add(new Setting(path, value.at(place)));
    }
    return overrides;
  }

  /** Sets a path, in place of what was there. */
  static void put(Branch root, String path, ConfigTree value, Problems problems) {
    Branch section = root;
    String[] names = path.split("\\.", -1);
    for (int i = 0; i < names.length - 1; i++) {
      ConfigTree below = section.entries().get(names[i]);
      if (below == null || (below instanceof Leaf leaf && leaf.value() == null)) {
        below = Branch.empty(value.place());
        section.entries().put(names[i], below);
      }
      if (!(below instanceof Branch branch)) {
        problems.add(
            value.place(), path, names[i] + " is " + below.describe() + ", which has no keys");
        return;
      }
      section = branch;
    }
    section.entries().put(names[names.length - 1], value);
  }

  /** Sets a path where nothing is said of it. */
  static void putIfAbsent(Branch root, String path, ConfigTree value, Problems problems) {
    ConfigTree at = root;
    for (String name : path.split("\\.", -1)) {
      at = at instanceof Branch branch ? branch.entries().get(name) : at;
      if (at == null || (at instanceof Leaf leaf && leaf.value() == null)) {
        put(root, path, value, problems);
        return;
      }
    }
  }
}
