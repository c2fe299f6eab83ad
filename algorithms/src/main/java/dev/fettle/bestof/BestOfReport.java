package dev.fettle.bestof;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.DataFiles;
import dev.fettle.files.AtomicFile;
import dev.fettle.files.FileErrors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What choosing the best of n answers is worth, over all prompts.
 *
 * @param prompts how many there are
 * @param unscored prompts of which no answer has a reward
 * @param points for n = 1 to N; each over the prompts that have n answers with a reward
 * @param gain what the best of N has more than one answer, prompt by prompt
 * @param goldGain the same of the second reward
 */
public record BestOfReport(
    long prompts, long unscored, List<Point> points, Mean gain, Optional<Mean> goldGain) {

  /** Copies the list. */
  public BestOfReport {
    points = List.copyOf(points);
  }

  /**
   * The best of n.
   *
   * @param n answers it is the best of
   * @param reward of the best, without bias
   * @param gold what the answer with the best reward is worth by the second one
   * @param klBound nats between the best of n and the model at most
   */
  public record Point(int n, Mean reward, Optional<Mean> gold, double klBound) {}

  /** Collects choices one by one; what it holds does not grow with them. */
  public static final class Collector {
    private final List<Mean.Running> rewards = new ArrayList<>();
    private final List<Mean.Running> golds = new ArrayList<>();
    private final Mean.Running gain = new Mean.Running();
    private final Mean.Running goldGain = new Mean.Running();
    private boolean hasGold;
    private long prompts;
    private long unscored;

    /** Adds a prompt's choice. */
    public void add(Choice choice) {
      prompts++;
      List<Candidate> scored = choice.candidates().stream().filter(Candidate::isScored).toList();
      if (scored.isEmpty()) {
        unscored++;
        return;
      }
      double[] own = scored.stream().mapToDouble(Candidate::reward).toArray();
      add(BestOfCurve.of(own, own), rewards, gain);
      List<Candidate> both =
          scored.stream()
              .filter(c -> c.gold().isPresent() && Double.isFinite(c.gold().getAsDouble()))
              .toList();
      if (!both.isEmpty()) {
        hasGold = true;
        double[] by = both.stream().mapToDouble(Candidate::reward).toArray();
        double[] worth = both.stream().mapToDouble(c -> c.gold().getAsDouble()).toArray();
        add(BestOfCurve.of(by, worth), golds, goldGain);
      }
    }

    private static void add(double[] curve, List<Mean.Running> to, Mean.Running gain) {
      while (to.size() < curve.length) {
        to.add(new Mean.Running());
      }
      for (int i = 0; i < curve.length; i++) {
        to.get(i).add(curve[i]);
      }
      gain.add(curve[curve.length - 1] - curve[0]);
    }

    /** What it came to. */
    public BestOfReport report() {
      List<Point> points = new ArrayList<>();
      for (int i = 0; i < rewards.size(); i++) {
        Optional<Mean> gold =
            i < golds.size() ? Optional.of(golds.get(i).mean()) : Optional.empty();
        points.add(new Point(i + 1, rewards.get(i).mean(), gold, BestOfCurve.klBound(i + 1)));
      }
      return new BestOfReport(
          prompts,
          unscored,
          points,
          gain.mean(),
          hasGold ? Optional.of(goldGain.mean()) : Optional.empty());
    }
  }

  /** As a JSON object. */
  public ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("prompts", prompts).put("unscored", unscored);
    put(json, "gain", gain);
    goldGain.ifPresent(g -> put(json, "gold_gain", g));
    ArrayNode curve = json.putArray("curve");
    for (Point p : points) {
      ObjectNode point = curve.addObject().put("n", p.n());
      put(point, "reward", p.reward());
      p.gold().ifPresent(g -> put(point, "gold", g));
      point.put("kl_bound", p.klBound());
    }
    return json;
  }

  /**
   * Writes it as a JSON file, which appears whole or not at all.
   *
   * @throws DataException if it cannot be written
   */
  public void write(Path file) {
    try {
      String text = DataFiles.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json());
      AtomicFile.write(file, text + "\n");
    } catch (IOException e) {
      throw new DataException(
          file + " cannot be written: " + FileErrors.reason(e) + "; choose another file", e);
    }
  }

  /** A number that is none is null in JSON. */
  private static void put(ObjectNode json, String name, Mean mean) {
    ObjectNode to = json.putObject(name);
    number(to, "mean", mean.mean());
    number(to, "low", mean.low());
    number(to, "high", mean.high());
    to.put("prompts", mean.count());
  }

  private static void number(ObjectNode json, String name, double value) {
    if (Double.isFinite(value)) {
      json.put(name, value);
    } else {
      json.putNull(name);
    }
  }
}
