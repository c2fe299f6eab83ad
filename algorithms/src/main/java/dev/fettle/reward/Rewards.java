package dev.fettle.reward;

import dev.fettle.reward.function.ExactMatch;
import dev.fettle.reward.function.LengthReward;
import dev.fettle.reward.function.NumberMatch;
import dev.fettle.reward.function.RegexMatch;
import dev.fettle.reward.function.SortedLetters;
import dev.fettle.settings.ConfigException;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Nearest;
import dev.fettle.settings.SettingsReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/** The reward functions there are, by name. */
public final class Rewards {
  private final Map<String, RewardKind<?>> byType = new LinkedHashMap<>();

  private Rewards(List<RewardKind<?>> all) {
    for (RewardKind<?> kind : all) {
      if (RewardKeys.reserved().contains(kind.type())) {
        throw new IllegalArgumentException(
            "a reward function cannot be called " + kind.type() + ", which is a reward model");
      }
      RewardKind<?> other = byType.putIfAbsent(kind.type(), kind);
      if (other != null) {
        throw new IllegalArgumentException(
            "two reward functions are called "
                + kind.type()
                + ": "
                + other.getClass().getName()
                + " and "
                + kind.getClass().getName());
      }
    }
  }

  /**
   * Fettle's own and all that the class path offers as services.
   *
   * @throws IllegalArgumentException if two have the same name
   */
  public static Rewards discover() {
    List<RewardKind<?>> found =
        new ArrayList<>(
            List.of(
                ExactMatch.KIND,
                NumberMatch.KIND,
                RegexMatch.KIND,
                LengthReward.KIND,
                SortedLetters.KIND));
    for (RewardKind<?> kind :
        ServiceLoader.load(RewardKind.class, Rewards.class.getClassLoader())) {
      found.add(kind);
    }
    return new Rewards(found);
  }

  /**
   * The same and one more.
   *
   * @throws IllegalArgumentException if there is one of its name
   */
  public Rewards with(RewardKind<?> another) {
    List<RewardKind<?>> all = new ArrayList<>(byType.values());
    all.add(another);
    return new Rewards(all);
  }

  /** The same with one in the place of whichever has its name. */
  public Rewards replacing(RewardKind<?> another) {
    List<RewardKind<?>> all = new ArrayList<>(byType.values());
    all.removeIf(kind -> kind.type().equals(another.type()));
    all.add(another);
    return new Rewards(all);
  }

  /**
   * The same and one more, which has no options.
   *
   * @throws IllegalArgumentException if there is one of its name
   */
  public Rewards with(String name, RewardFunction function) {
    return with(new Bare(name, function));
  }

  /** A function and the name it is given. */
  private record Bare(String type, RewardFunction function)
      implements RewardKind<NamedReward.NoOptions> {
    @Override
    public Keys<NamedReward.NoOptions> keys() {
      return Keys.of(NamedReward.NoOptions.class);
    }

    @Override
    public RewardFunction function(NamedReward.NoOptions options) {
      return function;
    }
  }

  /** All, Fettle's own first. */
  public List<RewardKind<?>> all() {
    return List.copyOf(byType.values());
  }

  /**
   * The function of an entry that is no reward model.
   *
   * @throws ConfigException if there is none of its name
   */
  public RewardFunction function(RewardEntry entry) {
    RewardKind<?> kind = byType.get(entry.type());
    if (kind == null) {
      throw ConfigException.about("reward", unknown(entry.type()));
    }
    return function(kind, entry.options());
  }

  private String unknown(String name) {
    String near =
        Nearest.to(name, byType.keySet()).map(n -> "; did you mean '" + n + "'?").orElse("");
    return "no reward function '"
        + name
        + "', nor a directory of that name"
        + near
        + (near.isEmpty() ? "; there is " : " There is ")
        + String.join(", ", byType.keySet())
        + ", or give the directory of a reward model";
  }

  @SuppressWarnings("unchecked") // options were read by the kind's own keys
  private static <S extends Record> RewardFunction function(
      RewardKind<S> kind, Optional<Record> options) {
    return kind.function(
        options
            .map(given -> (S) given)
            .orElseGet(() -> new SettingsReader<>(kind.keys()).values(Map.of())));
  }
}
