package dev.fettle.integration;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.TrainingReport;
import dev.fettle.models.ModelParts;
import dev.fettle.models.Models;
import dev.fettle.models.config.HfConfig;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.models.nn.Initializer;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.weights.SafetensorsWriter;
import dev.fettle.models.weights.TensorEntry;
import dev.fettle.reward.RewardFunction;
import dev.fettle.reward.Rewards;
import dev.fettle.sample.Completion;
import dev.fettle.spi.Backend;
import dev.fettle.spi.HostTensor;
import dev.fettle.train.Policy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A task small enough to know everything about: four contexts, answers of so many of eight tokens,
 * and a tiny random language model without a tokenizer. Each token is right or wrong by the context
 * and the token before it, so that with more than one token a reward only comes out right for
 * whoever thinks of what is still to come. The best return is 1.
 *
 * @param directory of model and prompts
 * @param length of answers; with one token the task is a bandit, whose best arm is that of all
 *     contexts
 */
record EnumerableTask(Path directory, int length) {
  private static final int VOCAB = 8;
  private static final int CONTEXTS = 4;
  private static final int ROWS = 64;

  private static final String CONFIG =
      """
      {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": 8,
       "hidden_size": 24, "intermediate_size": 48, "num_hidden_layers": 1,
       "num_attention_heads": 2, "num_key_value_heads": 2, "max_position_embeddings": 16,
       "rms_norm_eps": 1e-5, "tie_word_embeddings": false, "eos_token_id": null}
      """;

  /** Writes model and prompts. */
  static EnumerableTask in(Path directory, int length) throws IOException {
    EnumerableTask task = new EnumerableTask(directory, length);
    Files.createDirectories(task.model());
    Files.writeString(task.model().resolve("config.json"), CONFIG);
    HfConfig config = HfConfig.of(task.model(), (ObjectNode) new ObjectMapper().readTree(CONFIG));
    List<TensorEntry> tensors = new ArrayList<>();
    for (ParameterSpec p : ModelParts.of(Models.of(config.model())).parameters()) {
      tensors.add(TensorEntry.of(p.name(), weights(p)));
    }
    SafetensorsWriter.write(
        task.model().resolve("model.safetensors"), tensors, Map.of("format", "pt"));
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      rows.add("{\"prompt_ids\": [%d]}".formatted(i % CONTEXTS));
    }
    Files.write(task.prompts(), rows);
    return task;
  }

  private static HostTensor weights(ParameterSpec p) {
    HostTensor t = HostTensor.allocate(p.type());
    Random random = new Random(p.name().hashCode());
    for (long i = 0; i < t.elements(); i++) {
      t.set(i, p.fill().equals(Initializer.ONES) ? 1 : random.nextGaussian() * 0.1);
    }
    return t;
  }

  Path model() {
    return directory.resolve("model");
  }

  private Path prompts() {
    return directory.resolve("prompts.jsonl");
  }

  /** The next right token. */
  private static int right(int context, int before, int place) {
    return (3 * context + 5 * before + 2 * place + 1) % VOCAB;
  }

  /** Three quarters for the share of right tokens, the rest for all of them. */
  private double reward(int context, int[] answer) {
    int hits = 0;
    for (int t = 0; t < length; t++) {
      hits += answer[t] == right(context, t == 0 ? context : answer[t - 1], t) ? 1 : 0;
    }
    return 0.75 * hits / length + (hits == length ? 0.25 : 0);
  }

  private double reward(Completion answer) {
    return reward(answer.prompt().ids()[0], answer.generation().ids());
  }

  /** A run, but for its algorithm's own keys. */
  RunConfig.Builder run(String name, String backend, int seed) {
    return RunConfig.builder()
        .set("run.name", name)
        .set("run.out", directory.resolve("runs"))
        .set("run.seed", seed)
        .set("backend.id", backend)
        .set("model.path", model())
        .set("algorithm.reward", "task")
        .set("algorithm.maxNewTokens", length)
        .set("data.train", prompts())
        .set("data.maxLength", 16)
        .set("train.batchSize", 64)
        .set("train.microBatchSize", 64)
        .set("track", List.of("jsonl"));
  }

  TrainingReport train(RunConfig config) {
    Rewards own = Rewards.discover().with("task", RewardFunction.ofEach(this::reward));
    try (Fettle fettle = Fettle.open(config, RunOptions.quiet().withRewards(own))) {
      return fettle.train();
    }
  }

  /** The expected return under a model, over all answers there are. */
  double expectedReturn(Path of) {
    int count = CONTEXTS * (int) Math.pow(VOCAB, length);
    int[] ids = new int[count * length];
    int[][] answers = new int[count][length];
    for (int i = 0; i < count; i++) {
      int rest = i / CONTEXTS;
      for (int t = 0; t < length; t++) {
        answers[i][t] = rest % VOCAB;
        rest /= VOCAB;
      }
      ids[i * length] = i % CONTEXTS;
      System.arraycopy(answers[i], 0, ids, i * length + 1, length - 1);
    }
    int[] none = new int[ids.length];
    try (Backend backend = TestBackends.open("reference");
        Policy policy = GoldenModel.load(backend, of, ForwardOptions.DEFAULT)) {
      float[] logits = GoldenModel.logits(policy, GoldenModel.batch(ids, count, none));
      double expected = 0;
      for (int i = 0; i < count; i++) {
        double probability = 1;
        for (int t = 0; t < length; t++) {
          int from = (i * length + t) * VOCAB;
          probability *= softmax(Arrays.copyOfRange(logits, from, from + VOCAB))[answers[i][t]];
        }
        expected += probability * reward(i % CONTEXTS, answers[i]) / CONTEXTS;
      }
      return expected;
    }
  }

  private static double[] softmax(float[] logits) {
    double[] p = new double[logits.length];
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      p[i] = Math.exp(logits[i]);
      sum += p[i];
    }
    for (int i = 0; i < p.length; i++) {
      p[i] /= sum;
    }
    return p;
  }
}
