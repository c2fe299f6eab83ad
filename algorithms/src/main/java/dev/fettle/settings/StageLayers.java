package dev.fettle.settings;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Lays together what one stage is told: what all share, its own words, the command line.
 *
 * @param layers joins sections
 * @param common what stands beside the stages
 * @param ofAll overrides of every stage
 * @param ofOne overrides of stages, by their names
 * @param section that says where the stages are kept
 */
record StageLayers(
    Layers layers,
    ConfigTree.Branch common,
    List<Overrides.Setting> ofAll,
    Map<String, List<Overrides.Setting>> ofOne,
    String section) {

  /** What stands beside the stages. */
  static ConfigTree.Branch beside(ConfigTree.Branch root) {
    LinkedHashMap<String, ConfigTree> shared = new LinkedHashMap<>(root.entries());
    shared.remove(Stages.KEY);
    return new ConfigTree.Branch(root.place(), shared);
  }

  /**
   * All that a stage is told.
   *
   * @param own what is written under its name
   * @param given what its section {@code section} says, in place of its own words
   */
  ConfigTree.Branch whole(
      String name, ConfigTree.Branch own, Map<String, Object> given, Problems problems) {
    ConfigTree.Branch whole = layers.over(common, own).copy();
    whole.entries().remove(Stages.KEY);
    ConfigTree.Branch told = own.copy();
    ofAll.forEach(o -> layers.put(whole, o.path(), o.value(), problems));
    for (Overrides.Setting o : ofOne.getOrDefault(name, List.of())) {
      layers.put(whole, o.path(), o.value(), problems);
      Overrides.put(told, o.path(), o.value(), problems);
    }
    misplaced(name, told, given, problems);
    if (!(whole.entries().get(section) instanceof ConfigTree.Leaf leaf) || leaf.value() == null) {
      given.forEach(
          (key, value) ->
              Overrides.put(whole, section + "." + key, CodeTree.of(value, own.place()), problems));
    }
    return whole;
  }

  /** Reports what a stage cannot say itself. */
  private void misplaced(
      String name, ConfigTree.Branch told, Map<String, Object> given, Problems problems) {
    String prefix = Stages.KEY + "." + name + ".";
    ConfigTree nested = told.entries().get(Stages.KEY);
    if (nested != null) {
      problems.add(
          nested.place(),
          prefix + Stages.KEY,
          "a stage cannot be a recipe of its own; put its stages beside '" + name + "'");
    }
    if (!(told.entries().get(section) instanceof ConfigTree.Branch branch)) {
      return;
    }
    for (String key : given.keySet()) {
      ConfigTree own = branch.entries().get(key);
      if (own != null && !Layers.isNothing(own)) {
        problems.add(
            own.place(),
            prefix + section + "." + key,
            "a stage has none of its own: it is kept under its name in the directory of the recipe;"
                + (" set " + section + "." + key + " beside stages"));
      }
    }
  }
}
