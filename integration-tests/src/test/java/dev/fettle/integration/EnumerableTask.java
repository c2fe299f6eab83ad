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
 * A task small enough to know everything about: the contexts and actions of a {@link TableMdp} as
 * the tokens of a tiny random language model without a tokenizer. Contexts have tokens of their
 * own: a model that turns positions, as this one does, cannot tell the first of two like tokens
 * from the second, so that an answer which begins with its prompt's token has two states in one.
 *
 * @param directory of model and prompts
 * @param mdp what is to be learnt
 * @param spread deviation of the first weights: with 0.1 all answers are nearly as likely, with 0.3
 *     one has more than half of its context
 */
record EnumerableTask(Path directory, TableMdp mdp, double spread) {
  private static final int ROWS = 256;

  private static final String CONFIG =
      """
      {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": 12,
       "hidden_size": 24, "intermediate_size": 48, "num_hidden_layers": 1,
       "num_attention_heads": 2, "num_key_value_heads": 2, "max_position_embeddings": 16,
       "rms_norm_eps": 1e-5, "tie_word_embeddings": false, "eos_token_id": null}
      """;

  private static final int VOCAB = 12;

  /** Writes model and prompts. */
  static EnumerableTask in(Path directory, TableMdp mdp, double spread) throws IOException {
    EnumerableTask task = new EnumerableTask(directory, mdp, spread);
    Files.createDirectories(task.model());
    Files.writeString(task.model().resolve("config.json"), CONFIG);
    HfConfig config = HfConfig.of(task.model(), (ObjectNode) new ObjectMapper().readTree(CONFIG));
    List<TensorEntry> tensors = new ArrayList<>();
    for (ParameterSpec p : ModelParts.of(Models.of(config.model())).parameters()) {
      tensors.add(TensorEntry.of(p.name(), task.weights(p)));
    }
    SafetensorsWriter.write(
        task.model().resolve("model.safetensors"), tensors, Map.of("format", "pt"));
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      rows.add("{\"prompt_ids\": [%d]}".formatted(task.token(i % mdp.contexts())));
    }
    Files.write(task.prompts(), rows);
    return task;
  }

  private HostTensor weights(ParameterSpec p) {
    HostTensor t = HostTensor.allocate(p.type());
    Random random = new Random(p.name().hashCode());
    for (long i = 0; i < t.elements(); i++) {
      t.set(i, p.fill().equals(Initializer.ONES) ? 1 : random.nextGaussian() * spread);
    }
    return t;
  }

  Path model() {
    return directory.resolve("model");
  }

  private Path prompts() {
    return directory.resolve("prompts.jsonl");
  }

  private int token(int context) {
    return mdp.actions() + context;
  }

  private double reward(Completion answer) {
    int context = answer.prompt().ids()[0] - mdp.actions();
    return mdp.reward(context, answer.generation().ids());
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
        .set("algorithm.maxNewTokens", mdp.length())
        .set("data.train", prompts())
        .set("data.maxLength", 16)
        .set("track", List.of("jsonl"));
  }

  TrainingReport train(RunConfig config) {
    Rewards own = Rewards.discover().with("task", RewardFunction.ofEach(this::reward));
    try (Fettle fettle = Fettle.open(config, RunOptions.quiet().withRewards(own))) {
      return fettle.train();
    }
  }

  /** The expected return under a model, summed over all answers there are. */
  double expectedReturn(Path of) {
    int length = mdp.length();
    int count = mdp.contexts() * power(length - 1);
    int[] ids = new int[count * length];
    for (int row = 0; row < count; row++) {
      ids[row * length] = token(row % mdp.contexts());
      int rest = row / mdp.contexts();
      for (int t = 1; t < length; t++) {
        ids[row * length + t] = rest % VOCAB;
        rest /= VOCAB;
      }
    }
    try (Backend backend = TestBackends.open("reference");
        Policy policy = GoldenModel.load(backend, of, ForwardOptions.DEFAULT)) {
      int[] none = new int[ids.length];
      float[] logits = GoldenModel.logits(policy, GoldenModel.batch(ids, count, none));
      double expected = 0;
      for (int c = 0; c < mdp.contexts(); c++) {
        expected += expected(logits, c, new int[0]) / mdp.contexts();
      }
      return expected;
    }
  }

  /** Of answers to a context that begin so. */
  private double expected(float[] logits, int context, int[] begun) {
    if (begun.length == mdp.length()) {
      return mdp.reward(context, begun);
    }
    int row = context;
    for (int t = 0; t < begun.length; t++) {
      row += mdp.contexts() * power(t) * begun[t];
    }
    int from = (row * mdp.length() + begun.length) * VOCAB;
    double[] probabilities = softmax(Arrays.copyOfRange(logits, from, from + VOCAB));
    double expected = 0;
    for (int token = 0; token < VOCAB; token++) {
      int[] longer = Arrays.copyOf(begun, begun.length + 1);
      longer[begun.length] = token;
      expected += probabilities[token] * expected(logits, context, longer);
    }
    return expected;
  }

  private static int power(int exponent) {
    return (int) Math.pow(VOCAB, exponent);
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
