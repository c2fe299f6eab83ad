package dev.fettle.reward;

import dev.fettle.data.read.DataException;
import dev.fettle.files.Uninterrupted;
import dev.fettle.sample.Completion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Several reward functions as one: {@code r = sum of weight_i r_i}. Where a function gives an
 * answer no reward (NaN), the others' sum is its reward, without a share for the one that is
 * missing; where none gives one, there is none.
 *
 * <p>Each function is held to what it promises: as many numbers as answers, none of them infinite.
 */
public final class WeightedRewards implements RewardFunction {

  /**
   * One of the functions.
   *
   * @param name by which reports know it
   * @param weight what its reward counts
   */
  public record Part(String name, double weight, RewardFunction function) {}

  private final List<Part> parts;

  /**
   * A sum of at least one; those of one name are told apart as {@code name-2}, {@code name-3}.
   *
   * @throws IllegalArgumentException if there is none, or a weight is not finite
   */
  public WeightedRewards(List<Part> parts) {
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("name at least one reward function");
    }
    List<Part> named = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    for (Part part : parts) {
      if (!Double.isFinite(part.weight())) {
        throw new IllegalArgumentException("the weight of " + part.name() + " is not finite");
      }
      String name = part.name();
      for (int i = 2; !taken.add(name); i++) {
        name = part.name() + "-" + i;
      }
      named.add(new Part(name, part.weight(), part.function()));
    }
    this.parts = List.copyOf(named);
  }

  /** The functions, by the names that reports have. */
  public List<Part> parts() {
    return parts;
  }

  @Override
  public double[] score(List<Completion> completions) {
    return scores(completions).total();
  }

  /**
   * The rewards of answers, and what each function gave.
   *
   * @throws RewardException if a function throws, gives an infinite number, or another number of
   *     them than there are answers
   * @throws DataException if a prompt lacks what a function needs
   */
  public RewardScores scores(List<Completion> completions) {
    List<Completion> answers = List.copyOf(completions);
    double[] total = new double[answers.size()];
    Arrays.fill(total, Double.NaN);
    Map<String, double[]> byName = new LinkedHashMap<>();
    for (Part part : parts) {
      double[] rewards = checked(part, answers);
      byName.put(part.name(), rewards);
      for (int i = 0; i < total.length; i++) {
        if (!Double.isNaN(rewards[i])) {
          double weighted = part.weight() * rewards[i];
          total[i] = Double.isNaN(total[i]) ? weighted : total[i] + weighted;
        }
      }
    }
    return new RewardScores(total, byName);
  }

  private static double[] checked(Part part, List<Completion> answers) {
    double[] rewards = answers.isEmpty() ? new double[0] : asked(part, answers);
    if (rewards == null) {
      throw wrong(part, "gave nothing; it must give one number for each answer");
    }
    if (rewards.length != answers.size()) {
      throw wrong(
          part,
          "gave "
              + rewards.length
              + " rewards for "
              + answers.size()
              + " answers; it must give one for each, in their order");
    }
    for (int i = 0; i < rewards.length; i++) {
      if (Double.isInfinite(rewards[i])) {
        throw wrong(
            part,
            "gave "
                + rewards[i]
                + " for the answer "
                + shown(answers.get(i).text())
                + "; a reward is a finite number, or NaN where there is none");
      }
    }
    // The function may go on using its own array.
    return rewards.clone();
  }

  private static double[] asked(Part part, List<Completion> answers) {
    try {
      return part.function().score(answers);
    } catch (DataException e) {
      throw new DataException("reward " + part.name() + ": " + e.getMessage(), e);
    } catch (RuntimeException e) {
      if (Uninterrupted.isInterrupt(e) || isKnown(e)) {
        throw e;
      }
      throw new RewardException("reward function " + part.name() + " failed: " + e, e);
    } catch (StackOverflowError e) {
      throw new RewardException(
          "reward function " + part.name() + " ran out of stack; it goes too deep", e);
    }
  }

  /** What the house says of its own models and devices already. */
  private static boolean isKnown(RuntimeException e) {
    return e.getClass().getPackageName().startsWith("dev.fettle.")
        && !(e instanceof RewardException);
  }

  private static RewardException wrong(Part part, String what) {
    return new RewardException("reward function " + part.name() + " " + what, null);
  }

  private static String shown(String text) {
    return "'" + (text.length() <= 60 ? text : text.substring(0, 60) + "...") + "'";
  }
}
