package dev.fettle.algorithm.preference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Answers of golden files, and losses of them in F64 on the reference backend. */
final class GoldenAnswers {
  private final JsonNode golden;

  private GoldenAnswers(JsonNode golden) {
    this.golden = golden;
  }

  /** A file of the test's resources. */
  static GoldenAnswers of(String file) {
    try (InputStream in = GoldenAnswers.class.getResourceAsStream("/preference/" + file)) {
      return new GoldenAnswers(new ObjectMapper().readTree(Objects.requireNonNull(in)));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The shared pairs, in the form of the test's own files. */
  static GoldenAnswers ofShared(Path file) throws IOException {
    JsonNode shared = new ObjectMapper().readTree(file.toFile());
    ObjectNode own = JsonNodeFactory.instance.objectNode();
    for (String side : List.of("chosen", "rejected")) {
      ArrayNode tokens = own.putArray(side + "_tokens");
      shared.get("pairs").forEach(pair -> tokens.add(pair.get(side + "_policy_logps")));
      own.set("ref_" + side, shared.get("sum_logps").get("ref_" + side));
    }
    own.set("losses", shared.get("dpo_losses"));
    return new GoldenAnswers(own);
  }

  JsonNode losses() {
    return golden.get("losses");
  }

  /** Answers' log-probabilities and what they are held against, all {@code [pairs]}. */
  @SuppressWarnings("ArrayRecordComponent") // moved in place, never compared
  record Answers(double[] chosen, double[] rejected, double[] ofChosen, double[] ofRejected) {}

  /**
   * The answers of the file.
   *
   * @param tail what tokens of the longer answer beyond the shorter one's length count
   */
  Answers answers(double tail) {
    int pairs = golden.get("chosen_tokens").size();
    double[] chosen = new double[pairs];
    double[] rejected = new double[pairs];
    for (int i = 0; i < pairs; i++) {
      int shorter = Math.min(length("chosen", i), length("rejected", i));
      chosen[i] = sum("chosen", i, shorter, tail);
      rejected[i] = sum("rejected", i, shorter, tail);
    }
    boolean held = golden.has("ref_chosen");
    return new Answers(
        chosen,
        rejected,
        held ? numbers(golden.get("ref_chosen")) : new double[pairs],
        held ? numbers(golden.get("ref_rejected")) : new double[pairs]);
  }

  private double sum(String side, int pair, int shorter, double tail) {
    double sum = 0;
    for (int t = 0; t < length(side, pair); t++) {
      double token = golden.get(side + "_tokens").get(pair).get(t).doubleValue();
      sum += t < shorter ? token : tail * token;
    }
    return sum;
  }

  private int length(String side, int pair) {
    return golden.get(side + "_tokens").get(pair).size();
  }

  static double[] numbers(JsonNode values) {
    return IntStream.range(0, values.size())
        .mapToDouble(i -> values.get(i).doubleValue())
        .toArray();
  }

  /** Losses, and the gradients of their sum for both log-probabilities. */
  @SuppressWarnings("ArrayRecordComponent") // read, never compared
  record Run(double[] losses, double[] chosen, double[] rejected) {}

  Run run(PreferenceLoss loss, Answers answers) {
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

  private double[] inverse(String side, int n) {
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
}
