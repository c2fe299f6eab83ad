package dev.fettle.reward;

import dev.fettle.reward.RewardEntry.Told;
import dev.fettle.settings.Chosen;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.SettingsReader;
import dev.fettle.settings.Shorthand;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How rewards are written in a configuration: the name of a function, the directory of a reward
 * model, a section of either with its options, or a list of these.
 */
public final class RewardKeys {
  private static final String OPTION = "reward";

  /** The option alone. */
  private record Alone(List<RewardEntry> reward) {}

  private RewardKeys() {}

  /**
   * A key that says what answers are worth; at least one entry. A name that no function has which
   * is registered as a service is kept: {@link Rewards#function} says whether the application knows
   * it.
   */
  public static Key<List<RewardEntry>> reward(String name, String meaning) {
    return entries(name, meaning)
        .also("reward_funcs", "reward_model", "reward_model_path", "reward_fn");
  }

  /** The same for rewards that are measured alone, which other trainers have no name for. */
  public static Key<List<RewardEntry>> entries(String name, String meaning) {
    Shorthand shorthand =
        new Shorthand(
            "type",
            RewardEntry.MODEL,
            functions().keySet(),
            "a function's name, a reward model's directory, or a section with type or model",
            "functions' names, reward models' directories, and sections with type or model");
    return Key.shortSection(name, entry(), shorthand, meaning)
        .list()
        .must(entries -> !entries.isEmpty(), "name at least one");
  }

  /** The table of one entry. */
  public static Keys<RewardEntry> entry() {
    Key<String> type = Key.text("type", "which function, or `model`").otherwise(RewardEntry.MODEL);
    return Keys.chosen(type, functions(), Told.KEYS)
        .as(RewardEntry.class, RewardKeys::entry, RewardKeys::chosen);
  }

  private static Map<String, Keys<? extends Record>> functions() {
    Map<String, Keys<? extends Record>> byName = new LinkedHashMap<>();
    Rewards.discover().all().forEach(kind -> byName.put(kind.type(), kind.keys()));
    byName.put(RewardEntry.MODEL, RewardEntry.Model.KEYS);
    return byName;
  }

  private static RewardEntry entry(Chosen<Told> chosen) {
    return new RewardEntry(
        chosen.name(), chosen.options(), chosen.common().weight(), chosen.common().name());
  }

  private static Chosen<Told> chosen(RewardEntry entry) {
    return new Chosen<>(entry.type(), entry.options(), new Told(entry.weight(), entry.name()));
  }

  /**
   * Reads what a user gave on a command line, each as in a configuration.
   *
   * @param option its name there, as in {@code --reward}
   * @throws dev.fettle.settings.ConfigException with everything that is wrong
   */
  public static List<RewardEntry> read(String option, List<String> texts) {
    Keys<Alone> keys = Keys.of(Alone.class, reward(OPTION, "what answers are worth"));
    return new SettingsReader<>(keys).option(option, OPTION, texts).reward();
  }

  /** Names that stand for something else than a function. */
  static Set<String> reserved() {
    return Set.of(RewardEntry.MODEL);
  }
}
