package dev.fettle.reward;

import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.PathKeys;
import dev.fettle.settings.Range;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One of the things an answer is rewarded for, as a configuration says it.
 *
 * @param type a function's name, or {@link #MODEL}
 * @param options the function's, or {@link Model}; empty for a function that is known to the
 *     application alone, which has none
 * @param weight what its reward counts in the sum
 * @param name what its values are called in reports; its type where there is none
 */
public record RewardEntry(
    String type, Optional<Record> options, double weight, Optional<String> name) {

  /** The type of a reward model. */
  public static final String MODEL = "model";

  /**
   * A reward model.
   *
   * @param model its directory
   * @param normalise whether its rewards are counted in deviations from the mean of those it was
   *     trained on
   */
  public record Model(Path model, boolean normalise) {
    static final Keys<Model> KEYS =
        Keys.of(
            Model.class,
            PathKeys.rewardModel("model", "a reward model")
                .required("the directory of a reward model, or the type of a function"),
            Key.flag(
                    "normalise",
                    "counts rewards in deviations from the mean of those it was trained on:"
                        + " (r - mean) / std")
                .otherwise(false)
                .also("normalize"));
  }

  /** What all are told. */
  record Told(double weight, Optional<String> name) {
    static final Keys<Told> KEYS =
        Keys.of(
            Told.class,
            Key.number("weight", Range.ANY, "what its reward counts in the sum").otherwise(1.0),
            Key.text("name", "what it is called in reports").optional("its type"));
  }

  /** A function by its name, counted once. */
  public static RewardEntry of(String type) {
    return new RewardEntry(type, Optional.empty(), 1, Optional.empty());
  }

  /** A reward model, counted once. */
  public static RewardEntry of(Path model) {
    return new RewardEntry(MODEL, Optional.of(new Model(model, false)), 1, Optional.empty());
  }

  /** What it is called in reports. */
  public String label() {
    return name.orElse(type);
  }

  /** The reward model it is, if it is one. */
  public Optional<Model> model() {
    return options.filter(Model.class::isInstance).map(Model.class::cast);
  }
}
