package dev.fettle.harness.score;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.read.DataException;
import dev.fettle.files.AtomicFile;
import dev.fettle.files.FileErrors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * How far a reward model can be trusted, by pairs of which one answer is known to be better. Its
 * probability that an answer is the better one of two is {@code s(r - r')}, as Bradley and Terry
 * have it; {@code d} is how far apart the rewards of a pair are.
 *
 * @param pairs that have rewards
 * @param dropped rows that training would drop
 * @param accuracy the share of pairs whose chosen answer has the higher reward
 * @param ties pairs of equal rewards, which count as wrong
 * @param meanMargin the mean of {@code r(w) - r(l)}
 * @param brier the mean of {@code (1 - s(r(w) - r(l)))^2}; 0.25 for a model that knows nothing
 * @param logLoss the mean of {@code -log s(r(w) - r(l))}; log 2 for a model that knows nothing
 * @param calibrationError the expected calibration error: by how much confidence and accuracy
 *     differ in a bin of {@link #reliability}, weighted by its pairs
 * @param reliability by the probability {@code s(d)} of the answer the model prefers: how often it
 *     is the chosen one
 * @param byDistance by how far apart the rewards are, as many pairs in each
 * @param byMargin by how much better the rows say that the chosen answers are; none where they do
 *     not say
 */
public record Calibration(
    long pairs,
    long dropped,
    Share accuracy,
    long ties,
    double meanMargin,
    double brier,
    double logLoss,
    double calibrationError,
    List<Bin> reliability,
    List<Bucket> byDistance,
    List<Bucket> byMargin) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Pairs of a like probability.
   *
   * @param from the least probability
   * @param to the most
   * @param pairs how many there are
   * @param confidence the mean probability of the answer the model prefers
   * @param accuracy how often that is the chosen one; a tie counts as half
   */
  public record Bin(double from, double to, long pairs, double confidence, double accuracy) {}

  /**
   * Pairs of a like distance or margin.
   *
   * @param from the least of theirs
   * @param to the most
   */
  public record Bucket(double from, double to, Share accuracy) {}

  /** Copies the lists. */
  public Calibration {
    reliability = List.copyOf(reliability);
    byDistance = List.copyOf(byDistance);
    byMargin = List.copyOf(byMargin);
  }

  /**
   * What some pairs come to.
   *
   * @throws IllegalArgumentException if none has rewards
   */
  public static Calibration of(List<PairRewards> pairs) {
    return new CalibrationCount(pairs).result();
  }

  /**
   * Writes it as JSON; the file appears whole or not at all.
   *
   * @throws DataException if it cannot be written
   */
  public void write(Path file) {
    try {
      AtomicFile.write(
          file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json()) + "\n");
    } catch (IOException e) {
      throw new DataException(
          file + " cannot be written: " + FileErrors.reason(e) + "; choose another file", e);
    }
  }

  private ObjectNode json() {
    ObjectNode json = JSON.createObjectNode();
    json.put("pairs", pairs).put("dropped", dropped);
    json.setAll(share(accuracy));
    json.put("ties", ties)
        .put("mean_margin", meanMargin)
        .put("brier", brier)
        .put("log_loss", logLoss)
        .put("expected_calibration_error", calibrationError);
    ArrayNode bins = json.putArray("reliability");
    for (Bin bin : reliability) {
      bins.addObject()
          .put("from", bin.from)
          .put("to", bin.to)
          .put("pairs", bin.pairs)
          .put("confidence", bin.confidence)
          .put("accuracy", bin.accuracy);
    }
    buckets(json.putArray("by_distance"), byDistance);
    buckets(json.putArray("by_margin"), byMargin);
    return json;
  }

  private static void buckets(ArrayNode array, List<Bucket> buckets) {
    for (Bucket bucket : buckets) {
      ObjectNode one = array.addObject();
      one.put("from", bucket.from).put("to", bucket.to).put("pairs", bucket.accuracy.of());
      one.setAll(share(bucket.accuracy));
    }
  }

  private static ObjectNode share(Share share) {
    ObjectNode json = JSON.createObjectNode();
    json.put("accuracy", share.value());
    json.putArray("accuracy_95").add(share.low()).add(share.high());
    return json;
  }
}
