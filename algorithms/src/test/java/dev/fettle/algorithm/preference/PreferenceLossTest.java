package dev.fettle.algorithm.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.algorithm.dpo.DpoLoss;
import dev.fettle.algorithm.dpo.DpoSettings;
import dev.fettle.autodiff.Gradients;
import dev.fettle.backend.reference.ReferenceProvider;
import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every loss in F64 against values of TRL 1.13's own {@code _compute_loss} on random answers
 * ({@code cdpo}, {@code ipo_sum}, {@code exo_pair} and the alpha divergence, which TRL does not
 * have or does not compute in F64, against their equations in torch), and its gradients against
 * differences.
 */
class PreferenceLossTest {
  private static final double TOLERANCE = 1e-9;
  private static final double STEP = 1e-5;
  private static final JsonNode GOLDEN = golden();

  private static JsonNode golden() {
    try (InputStream in =
        PreferenceLossTest.class.getResourceAsStream("/preference/dpo-losses.json")) {
      return new ObjectMapper().readTree(Objects.requireNonNull(in));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Answers' log-probabilities and what they are held against, all {@code [pairs]}. */
  @SuppressWarnings("ArrayRecordComponent") // moved in place, never compared
  private record Answers(
      double[] chosen, double[] rejected, double[] ofChosen, double[] ofRejected) {

    static Answers of(double tail) {
      int pairs = GOLDEN.get("ref_chosen").size();
      double[] chosen = new double[pairs];
      double[] rejected = new double[pairs];
      for (int i = 0; i < pairs; i++) {
        int shorter = Math.min(length("chosen", i), length("rejected", i));
        chosen[i] = sum("chosen", i, shorter, tail);
        rejected[i] = sum("rejected", i, shorter, tail);
      }
      return new Answers(chosen, rejected, numbers("ref_chosen"), numbers("ref_rejected"));
    }

    private static double sum(String side, int pair, int shorter, double tail) {
      double sum = 0;
      for (int t = 0; t < length(side, pair); t++) {
        double token = GOLDEN.get(side + "_tokens").get(pair).get(t).doubleValue();
        sum += t < shorter ? token : tail * token;
      }
      return sum;
    }
  }

  private static int length(String side, int pair) {
    return GOLDEN.get(side + "_tokens").get(pair).size();
  }

  private static double[] numbers(String name) {
    return IntStream.range(0, GOLDEN.get(name).size())
        .mapToDouble(i -> GOLDEN.get(name).get(i).doubleValue())
        .toArray();
  }

  private static double[] expected(String name) {
    JsonNode values = GOLDEN.get("losses").get(name);
    assertThat(values).as(name).isNotNull();
    return IntStream.range(0, values.size())
        .mapToDouble(i -> values.get(i).doubleValue())
        .toArray();
  }

  private static DpoSettings settings(DpoLoss loss, double beta, double smoothing, Divergence f) {
    return new DpoSettings(
        List.of(loss), List.of(), beta, smoothing, 0.05, DpoSettings.START, f, 0.5, 1);
  }

  /** Losses, and the gradients of their sum for both log-probabilities. */
  @SuppressWarnings("ArrayRecordComponent") // read, never compared
  private record Run(double[] losses, double[] chosen, double[] rejected) {}

  private static Run run(PreferenceLoss loss, Answers answers) {
    int n = answers.chosen().length;
    TensorType type = TensorType.of(DType.F64, new Dim("pairs", n));
    ProgramBuilder b = new ProgramBuilder("loss");
    GraphBuilder g = b.g();
    Value chosen = b.state(new Slot("chosen", type), true);
    Value rejected = b.state(new Slot("rejected", type), true);
    Value ofChosen = b.input("of_chosen", type);
    Value ofRejected = b.input("of_rejected", type);
    Pairs pairs =
        new Pairs(
            g,
            g.sub(chosen, ofChosen),
            g.sub(rejected, ofRejected),
            b.input("inverse_chosen", type),
            b.input("inverse_rejected", type),
            g.sub(ofChosen, ofRejected),
            b.input("real", type));
    Value each = loss.of(pairs);
    b.output("losses", each);
    List<Value> gradients = Gradients.of(g, g.sumAll(each), List.of(chosen, rejected));
    b.output("d_chosen", gradients.get(0));
    b.output("d_rejected", gradients.get(1));
    try (Backend backend = new ReferenceProvider().open(Device.CPU, BackendOptions.DEFAULT);
        DeviceState state = backend.newState("test");
        Executable program = backend.compile(b.build(), CompileOptions.DEFAULT)) {
      for (String side : List.of("chosen", "rejected")) {
        state.allocate(new Slot(side, type));
        state.upload(side, tensor(side.equals("chosen") ? answers.chosen() : answers.rejected()));
      }
      double[] ones = new double[n];
      Arrays.fill(ones, 1);
      var results =
          program.run(
              state,
              Map.of(
                  "of_chosen", tensor(answers.ofChosen()),
                  "of_rejected", tensor(answers.ofRejected()),
                  "inverse_chosen", tensor(inverse("chosen", n)),
                  "inverse_rejected", tensor(inverse("rejected", n)),
                  "real", tensor(ones)));
      return new Run(
          doubles(results.get("losses")),
          doubles(results.get("d_chosen")),
          doubles(results.get("d_rejected")));
    }
  }

  private static double[] inverse(String side, int n) {
    return IntStream.range(0, n).mapToDouble(i -> 1.0 / length(side, i)).toArray();
  }

  private static HostTensor tensor(double[] values) {
    HostTensor t = HostTensor.allocate(DType.F64, values.length);
    for (int i = 0; i < values.length; i++) {
      t.set(i, values[i]);
    }
    return t;
  }

  private static double[] doubles(@Nullable DeviceTensor result) {
    HostTensor t = Objects.requireNonNull(result).toHost();
    return IntStream.range(0, (int) t.elements()).mapToDouble(t::get).toArray();
  }

  private static void compare(String name, DpoSettings settings, double tail) {
    double[] losses = run(settings.minimised(), Answers.of(tail)).losses();
    double[] expected = expected(name);
    if (expected.length == 1) {
      losses = new double[] {Arrays.stream(losses).average().orElseThrow()};
    }
    for (int i = 0; i < expected.length; i++) {
      assertThat(losses[i])
          .as("%s of pair %d", name, i)
          .isCloseTo(expected[i], within(TOLERANCE * Math.max(1, Math.abs(expected[i]))));
    }
  }

  private static double smoothing(DpoLoss loss) {
    return switch (loss) {
      case CDPO, ROBUST, AOT, AOT_UNPAIRED -> 0.1;
      case EXO_PAIR -> 0.01;
      default -> 0;
    };
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SFT")
  void equalsItsSource(DpoLoss loss) {
    String name = loss.name().toLowerCase(Locale.ROOT);
    compare(
        loss.sorts() ? name + " mean" : name,
        settings(loss, 0.1, smoothing(loss), Divergence.REVERSE_KL),
        1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"forward_kl", "js_divergence", "alpha_divergence"})
  void divergences(String name) {
    Divergence f = Divergence.valueOf(name.toUpperCase(Locale.ROOT));
    compare("sigmoid " + name, settings(DpoLoss.SIGMOID, 0.1, 0, f), 1);
  }

  @Test
  void betaAndLengthDesensitisation() {
    compare("sigmoid beta 0.7", settings(DpoLoss.SIGMOID, 0.7, 0, Divergence.REVERSE_KL), 1);
    compare("sigmoid ld 0.5", settings(DpoLoss.SIGMOID, 0.1, 0, Divergence.REVERSE_KL), 0.5);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SFT")
  void gradientsAreThoseOfDifferences(DpoLoss loss) {
    for (Divergence f : Divergence.values()) {
      PreferenceLoss minimised = settings(loss, 0.1, smoothing(loss), f).minimised();
      Answers at = Answers.of(1);
      Run run = run(minimised, at);
      for (int i = 0; i < at.chosen().length; i++) {
        // What rounding of the sum makes of a difference.
        double noise = 8 * Math.ulp(Arrays.stream(run.losses()).sum()) / STEP;
        assertThat(run.chosen()[i])
            .as("%s, %s, chosen answer %d", loss, f, i)
            .isCloseTo(slope(minimised, at, at.chosen(), i), within(1e-7 + noise));
        assertThat(run.rejected()[i])
            .as("%s, %s, rejected answer %d", loss, f, i)
            .isCloseTo(slope(minimised, at, at.rejected(), i), within(1e-7 + noise));
      }
    }
  }

  /** By central differences. */
  private static double slope(PreferenceLoss loss, Answers at, double[] moved, int i) {
    double there = moved[i];
    moved[i] = there + STEP;
    double up = Arrays.stream(run(loss, at).losses()).sum();
    moved[i] = there - STEP;
    double down = Arrays.stream(run(loss, at).losses()).sum();
    moved[i] = there;
    return (up - down) / (2 * STEP);
  }

  /** Equal log-probabilities, as at the first step: the loss is log 2 and pulls both ways. */
  @Test
  void beginsAtLogTwo() {
    double[] same = {-3, -7};
    Answers at = new Answers(same.clone(), same.clone(), same, same);
    Run run = run(settings(DpoLoss.SIGMOID, 0.1, 0, Divergence.REVERSE_KL).minimised(), at);
    for (int i = 0; i < same.length; i++) {
      assertThat(run.losses()[i]).isCloseTo(Math.log(2), within(1e-15));
      assertThat(run.chosen()[i]).isCloseTo(-0.05, within(1e-15));
      assertThat(run.rejected()[i]).isCloseTo(0.05, within(1e-15));
    }
  }

  /** Far from zero nothing overflows and no gradient is lost. */
  @Test
  void farOut() {
    double[] zero = {0, 0};
    Answers at = new Answers(new double[] {1e4, -1e4}, zero.clone(), zero, zero);
    Run run = run(settings(DpoLoss.SIGMOID, 0.1, 0, Divergence.REVERSE_KL).minimised(), at);
    assertThat(run.losses()[0]).isZero();
    assertThat(run.losses()[1]).isCloseTo(1000, within(1e-9));
    assertThat(run.chosen()[1]).isCloseTo(-0.1, within(1e-12));
  }
}
