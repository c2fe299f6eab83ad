package dev.fettle.algorithm.rl;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.ir.Value;
import dev.fettle.models.LanguageModel;
import dev.fettle.models.Models;
import dev.fettle.models.PolicySpec;
import dev.fettle.models.config.HfConfig;
import dev.fettle.models.head.LmHead;
import dev.fettle.models.head.ValueHead;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.models.nn.Initializer;
import dev.fettle.models.nn.ModelScope;
import dev.fettle.models.nn.PackedAttention;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.TokenInputs;
import dev.fettle.models.nn.TokenPlaces;
import dev.fettle.objective.ObjectiveContext;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.sample.SamplePrompt;
import dev.fettle.spi.Backend;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import dev.fettle.train.Policy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * A task whose answers can all be counted: two contexts, answers of at most two of six tokens, and
 * a tiny random model. Its expected return, over all answers, asks the model for nothing but
 * logits.
 *
 * @param ends whether token 0 ends an answer
 */
record Enumerated(boolean ends) {
  static final int CONTEXTS = 2;
  static final int LENGTH = 2;
  private static final int VOCAB = 6;

  private static final String CONFIG =
      """
      {"model_type": "llama", "vocab_size": 6, "hidden_size": 8, "intermediate_size": 12,
       "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 2,
       "max_position_embeddings": 8, "rms_norm_eps": 1e-5, "tie_word_embeddings": false}
      """;

  /** A random model with a random critic. */
  static Policy policy(Backend backend, int seed) {
    try {
      LanguageModel body =
          Models.of(
              HfConfig.of(Path.of("tiny"), (ObjectNode) new ObjectMapper().readTree(CONFIG))
                  .model());
      PolicySpec spec = PolicySpec.of(body, List.of(new LmHead(body), ValueHead.SHARED));
      return Policy.load(backend, spec, ForwardOptions.DEFAULT, p -> weights(p, seed));
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private static HostTensor weights(ParameterSpec p, int seed) {
    HostTensor t = HostTensor.allocate(p.type());
    Random random = new Random(31L * p.name().hashCode() + seed);
    for (long i = 0; i < t.elements(); i++) {
      t.set(i, p.fill().equals(Initializer.ONES) ? 1 : random.nextGaussian() * 0.5);
    }
    return t;
  }

  static List<SamplePrompt> prompts() {
    List<SamplePrompt> prompts = new ArrayList<>();
    for (int c = 0; c < CONTEXTS; c++) {
      ObjectNode row = JsonNodeFactory.instance.objectNode();
      prompts.add(new SamplePrompt(c, row, "", false, new int[] {c + 1}));
    }
    return prompts;
  }

  /** Some number for each answer to each prompt. */
  static double reward(int[] prompt, int[] answer) {
    int code = 7 * prompt[0];
    for (int id : answer) {
      code = 13 * code + 5 * id + 3;
    }
    return (code % 17) / 8.0;
  }

  /** All answers. */
  List<int[]> answers() {
    List<int[]> all = new ArrayList<>();
    for (int a = 0; a < VOCAB; a++) {
      if (ends && a == 0) {
        all.add(new int[] {a});
        continue;
      }
      for (int b = 0; b < VOCAB; b++) {
        all.add(new int[] {a, b});
      }
    }
    return all;
  }

  /** The logits of a model for all beginnings of answers; compiled once. */
  static final class Logits implements AutoCloseable {
    private final Policy policy;
    private final Executable program;
    private final Map<String, HostTensor> inputs;

    Logits(Policy policy) {
      this.policy = policy;
      int rows = CONTEXTS * VOCAB;
      int[] ids = new int[rows * LENGTH];
      int[] ones = new int[ids.length];
      int[] positions = new int[ids.length];
      Arrays.fill(ones, 1);
      for (int i = 0; i < rows; i++) {
        ids[i * LENGTH] = i / VOCAB + 1;
        ids[i * LENGTH + 1] = i % VOCAB;
        positions[i * LENGTH + 1] = 1;
      }
      ProgramBuilder b = new ProgramBuilder("logits");
      ObjectiveContext c = policy.frozenContext(b);
      TokenInputs tokens = TokenInputs.declare(b, rows, LENGTH);
      Value segments = b.input("segment_ids", tokens.ids().type());
      ModelScope scope = c.scope(new PackedAttention(segments));
      Value hidden = c.model().hidden(scope, tokens);
      b.output("logits", new LmHead(c.model()).apply(scope, hidden));
      this.program = policy.backend().compile(b.build());
      this.inputs =
          new HashMap<>(
              policy.inputs(
                  TokenInputs.tensors(ids, TokenPlaces.packed(rows, LENGTH, positions, ones))));
      inputs.put("segment_ids", HostTensor.ofInts(ones, rows, LENGTH));
      inputs.keySet().retainAll(program.program().inputs().keySet());
    }

    /** Log-probabilities of the next token, by context, first token, and place. */
    double[][][][] now() {
      try (DeviceTensor result =
          Objects.requireNonNull(program.run(policy.state(), inputs).get("logits"))) {
        HostTensor all = result.toHost();
        double[][][][] logs = new double[CONTEXTS][VOCAB][LENGTH][];
        long at = 0;
        for (int c = 0; c < CONTEXTS; c++) {
          for (int a = 0; a < VOCAB; a++) {
            for (int t = 0; t < LENGTH; t++) {
              double[] row = new double[VOCAB];
              for (int v = 0; v < VOCAB; v++) {
                row[v] = all.get(at++);
              }
              logs[c][a][t] = logSoftmax(row);
            }
          }
        }
        return logs;
      }
    }

    @Override
    public void close() {
      program.close();
    }
  }

  private static double[] logSoftmax(double[] logits) {
    double most = Arrays.stream(logits).max().orElseThrow();
    double sum = Arrays.stream(logits).map(x -> Math.exp(x - most)).sum();
    return Arrays.stream(logits).map(x -> x - most - Math.log(sum)).toArray();
  }

  /** {@code log p} of an answer. */
  private static double logProb(double[][][][] logs, int context, int[] answer) {
    double sum = 0;
    for (int t = 0; t < answer.length; t++) {
      // Before the first token any first token's row says the same.
      sum += logs[context][answer[0]][t][answer[t]];
    }
    return sum;
  }

  /**
   * {@code sum p (r - beta log(p / q))} over all answers, averaged over contexts.
   *
   * @param reference {@code q}
   */
  double expectedReturn(double[][][][] policy, double[][][][] reference, double beta) {
    double sum = 0;
    for (int c = 0; c < CONTEXTS; c++) {
      for (int[] answer : answers()) {
        double log = logProb(policy, c, answer);
        double worth = reward(new int[] {c + 1}, answer);
        sum += Math.exp(log) * (worth - beta * (log - logProb(reference, c, answer)));
      }
    }
    return sum / CONTEXTS;
  }
}
