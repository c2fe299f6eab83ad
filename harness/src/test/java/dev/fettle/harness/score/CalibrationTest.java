package dev.fettle.harness.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.data.read.DataException;
import dev.fettle.harness.score.Calibration.Bin;
import dev.fettle.harness.score.Calibration.Bucket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What pairs come to, by hand. */
class CalibrationTest {
  private static final double EXACT = 1e-12;

  @TempDir private Path dir;

  /** A pair whose chosen answer a model finds better with this probability. */
  private static PairRewards pair(double probability, double margin) {
    double ahead = Math.log(probability / (1 - probability));
    return new PairRewards(3 + ahead, 3, margin);
  }

  /** Right, wrong, undecided, right; and a row that was dropped. */
  private static Calibration four() {
    return Calibration.of(
        List.of(
            pair(0.77, 1),
            pair(0.22, 0.5),
            pair(0.5, 0.5),
            new PairRewards(Double.NaN, Double.NaN, 0),
            pair(0.92, 1)));
  }

  @Test
  void aHandfulOfPairs() {
    Calibration c = four();
    assertThat(c.pairs()).isEqualTo(4);
    assertThat(c.dropped()).isEqualTo(1);
    assertThat(c.ties()).isEqualTo(1);
    assertThat(c.accuracy()).isEqualTo(new Share(2, 4));
    assertThat(c.meanMargin())
        .isCloseTo(
            (Math.log(0.77 / 0.23) + Math.log(0.22 / 0.78) + Math.log(0.92 / 0.08)) / 4,
            within(EXACT));
    // (0.23^2 + 0.78^2 + 0.5^2 + 0.08^2) / 4
    assertThat(c.brier()).isCloseTo(0.9177 / 4, within(EXACT));
    assertThat(c.logLoss())
        .isCloseTo(
            -(Math.log(0.77) + Math.log(0.22) + Math.log(0.5) + Math.log(0.92)) / 4, within(EXACT));
    // (1 |0.5 - 0.5| + 2 |0.775 - 0.5| + 1 |0.92 - 1|) / 4
    assertThat(c.calibrationError()).isCloseTo(0.63 / 4, within(EXACT));
    assertThat(c.reliability()).hasSize(3);
    same(c.reliability().get(0), new Bin(0.5, 0.55, 1, 0.5, 0.5));
    same(c.reliability().get(1), new Bin(0.75, 0.8, 2, 0.775, 0.5));
    same(c.reliability().get(2), new Bin(0.9, 0.95, 1, 0.92, 1));
    assertThat(c.byDistance().stream().map(Bucket::accuracy))
        .containsExactly(new Share(0, 1), new Share(1, 1), new Share(0, 1), new Share(1, 1));
    assertThat(c.byMargin())
        .containsExactly(new Bucket(0.5, 0.5, new Share(0, 2)), new Bucket(1, 1, new Share(2, 2)));
  }

  private static void same(Bin bin, Bin wanted) {
    assertThat(bin.pairs()).isEqualTo(wanted.pairs());
    assertThat(bin.from()).isCloseTo(wanted.from(), within(EXACT));
    assertThat(bin.to()).isCloseTo(wanted.to(), within(EXACT));
    assertThat(bin.confidence()).isCloseTo(wanted.confidence(), within(EXACT));
    assertThat(bin.accuracy()).isCloseTo(wanted.accuracy(), within(EXACT));
  }

  /** As many pairs in each bucket; those furthest apart last. */
  @Test
  void bucketsAreQuantiles() {
    List<PairRewards> pairs = new ArrayList<>();
    for (int i = 1; i <= 12; i++) {
      pairs.add(new PairRewards(i % 2 == 0 ? i : -i, 0, i));
    }
    Calibration c = Calibration.of(pairs);
    assertThat(c.byDistance())
        .containsExactly(
            new Bucket(1, 2, new Share(1, 2)),
            new Bucket(3, 4, new Share(1, 2)),
            new Bucket(5, 7, new Share(1, 3)),
            new Bucket(8, 9, new Share(1, 2)),
            new Bucket(10, 12, new Share(2, 3)));
    // Twelve margins are too many to be told apart.
    assertThat(c.byMargin()).isEqualTo(c.byDistance());
  }

  @Test
  void rowsWithoutMarginsHaveNoBucketsOfThem() {
    assertThat(Calibration.of(List.of(pair(0.7, 0), pair(0.6, 0))).byMargin()).isEmpty();
    assertThat(Calibration.of(List.of(pair(0.7, 2), pair(0.6, 2))).byMargin()).hasSize(1);
  }

  /** Rewards far apart are certain, and cost as much as they are wrong. */
  @Test
  void nothingOverflows() {
    Calibration c = Calibration.of(List.of(new PairRewards(-1000, 1000, 0)));
    assertThat(c.logLoss()).isEqualTo(2000);
    assertThat(c.brier()).isEqualTo(1);
    assertThat(c.calibrationError()).isEqualTo(1);
    assertThat(c.reliability()).hasSize(1);
    assertThatThrownBy(() -> Calibration.of(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Wilson's interval of 2 of 4, 0 of 10 and 10 of 10, as in tables of it. */
  @Test
  void intervals() {
    assertThat(new Share(2, 4).low()).isCloseTo(0.150039, within(1e-6));
    assertThat(new Share(2, 4).high()).isCloseTo(0.849961, within(1e-6));
    assertThat(new Share(0, 10).low()).isCloseTo(0, within(EXACT));
    assertThat(new Share(0, 10).high()).isCloseTo(0.277533, within(1e-6));
    assertThat(new Share(10, 10).low()).isCloseTo(0.722467, within(1e-6));
    assertThat(new Share(10, 10).high()).isCloseTo(1, within(EXACT));
  }

  @Test
  void itIsWrittenAsJson() throws IOException {
    Path file = dir.resolve("report.json");
    four().write(file);
    JsonNode json = new ObjectMapper().readTree(file.toFile());
    assertThat(json.get("pairs").intValue()).isEqualTo(4);
    assertThat(json.get("accuracy").doubleValue()).isEqualTo(0.5);
    assertThat(json.get("accuracy_95").get(0).doubleValue()).isCloseTo(0.150039, within(1e-6));
    assertThat(json.get("brier").doubleValue()).isCloseTo(0.229425, within(EXACT));
    assertThat(json.get("reliability")).hasSize(3);
    assertThat(json.get("by_margin").get(1).get("pairs").intValue()).isEqualTo(2);
    Files.createDirectories(dir.resolve("d"));
    assertThatThrownBy(() -> four().write(dir.resolve("d")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("cannot be written");
  }
}
