package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.algorithm.RunRewards;
import dev.fettle.data.read.DataException;
import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.config.ConfigReader;
import dev.fettle.harness.config.DataSettings;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.model.NewModel;
import dev.fettle.harness.model.NewModel.Family;
import dev.fettle.harness.model.NewModel.Sizes;
import dev.fettle.harness.model.NewModel.TrainedTokens;
import dev.fettle.harness.model.OpenRewards;
import dev.fettle.harness.model.RewardModel;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.RunWarnings;
import dev.fettle.harness.wiring.RunModule;
import dev.fettle.harness.wiring.Wiring;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.models.generate.Generation;
import dev.fettle.models.generate.StopReason;
import dev.fettle.models.head.RewardScale;
import dev.fettle.reward.RewardEntry;
import dev.fettle.reward.RewardFunction;
import dev.fettle.reward.RewardKeys;
import dev.fettle.reward.RewardScores;
import dev.fettle.reward.Rewards;
import dev.fettle.reward.WeightedRewards;
import dev.fettle.sample.Completion;
import dev.fettle.sample.SamplePrompt;
import dev.fettle.settings.ConfigException;
import dev.fettle.tokenizer.ChatMl;
import dev.fettle.tokenizer.ChatTemplate.Request;
import dev.fettle.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reward models as reward functions: they see of an answer what scoring a row of it sees. */
class RewardFunctionTest {
  private static final double SAME = 1e-5;
  private static final BackendSettings REFERENCE = BackendSettings.of("reference");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String QUESTION = "What is 14 and one?";
  private static final String ANSWER = " It is 15.";

  @TempDir private static Path dir;
  private static Path plain;
  private static Path chat;

  @BeforeAll
  static void makeModels() throws IOException {
    StringBuilder pairs = new StringBuilder();
    StringBuilder talks = new StringBuilder();
    for (int i = 0; i < 12; i++) {
      String prompt = "What is %d and one?".formatted(i * 7);
      String yes = " It is %d.".formatted(i * 7 + 1);
      pairs.append(
          "{\"prompt\": \"%s\", \"chosen\": \"%s\", \"rejected\": \" No.\"}\n"
              .formatted(prompt, yes));
      talks.append(
          ("{\"prompt\": [{\"role\": \"user\", \"content\": \"%s\"}],"
                  + " \"chosen\": [{\"role\": \"assistant\", \"content\": \"%s\"}],"
                  + " \"rejected\": [{\"role\": \"assistant\", \"content\": \"No.\"}]}\n")
              .formatted(prompt, yes.strip()));
    }
    Path text = Files.writeString(dir.resolve("pairs.jsonl"), pairs);
    Files.writeString(dir.resolve("talks.jsonl"), talks);
    model("model", text, 290, List.of());
    model("other", text, 270, List.of());
    model("chat", text, 290, List.of(ChatMl.START, ChatMl.END));
    Files.writeString(dir.resolve("chat/chat_template.jinja"), ChatMl.template().source());
    model("otherchat", text, 270, List.of(ChatMl.START, ChatMl.END));
    Files.writeString(dir.resolve("otherchat/chat_template.jinja"), ChatMl.template().source());
    plain = train("model", "pairs");
    chat = train("chat", "talks");
  }

  private static void model(String name, Path text, int vocab, List<String> special) {
    Fettle.initModel(
        new NewModel(
            Family.LLAMA,
            new Sizes(1, 16, 2, 2, 32, 48, true),
            new TrainedTokens(List.of(text), vocab, special),
            3),
        dir.resolve(name));
  }

  private static RunConfig config(String model, String rows) throws IOException {
    Path yaml = dir.resolve(model + "-run.yaml");
    Files.writeString(
        yaml,
        """
        run: { name: reward-%s }
        backend: { id: reference }
        model: { path: %s }
        algorithm: { type: reward }
        data: { train: %s.jsonl, maxLength: 48 }
        optimizer: { learningRate: 1.0e-2 }
        train: { steps: 2, batchSize: 4 }
        """
            .formatted(model, model, rows));
    return ConfigReader.read(yaml);
  }

  private static Path train(String model, String rows) throws IOException {
    try (Fettle fettle = Fettle.open(config(model, rows), RunOptions.quiet())) {
      return fettle.train().model().orElseThrow();
    }
  }

  private static double ofRow(Path model, String row) throws IOException {
    Path file = Files.writeString(dir.resolve("row.jsonl"), row + "\n");
    List<Double> rewards = new ArrayList<>();
    try (RewardModel loaded = RewardModel.open(model, REFERENCE)) {
      loaded.score(DataSettings.of(file), rewards::add);
    }
    return rewards.get(0);
  }

  private static double ofAnswer(Path model, Tokenizer answering, Completion completion) {
    try (RewardModel loaded = RewardModel.open(model, REFERENCE)) {
      RewardFunction function = loaded.function(Optional.of(answering), false);
      return function.score(List.of(completion))[0];
    }
  }

  private static Completion completion(SamplePrompt prompt, String text, int[] ids, StopReason r) {
    float[] each = new float[ids.length];
    return new Completion(prompt, 0, text, new Generation(ids, each, each, r));
  }

  /** An answer to the question as a model of these tokens gives it. */
  private static Completion plainAnswer(Tokenizer of, boolean ended) throws IOException {
    ObjectNode row = (ObjectNode) JSON.readTree("{\"prompt\": \"" + QUESTION + "\"}");
    SamplePrompt prompt =
        new SamplePrompt(0, row, QUESTION, false, of.encode(QUESTION, true).ids());
    int[] answer = of.encode(ANSWER, false).ids();
    return ended
        ? completion(prompt, ANSWER, and(answer, of.eosId().getAsInt()), StopReason.STOP_TOKEN)
        : completion(prompt, ANSWER, answer, StopReason.LIMIT);
  }

  private static int[] and(int[] ids, int more) {
    int[] all = Arrays.copyOf(ids, ids.length + 1);
    all[ids.length] = more;
    return all;
  }

  private static Completion chatAnswer(Tokenizer of) throws IOException {
    ObjectNode row =
        (ObjectNode)
            JSON.readTree(
                "{\"prompt\": [{\"role\": \"user\", \"content\": \"" + QUESTION + "\"}]}");
    String text = of.chatTemplate().render(Request.of(row.withArray("prompt"), true)).text();
    SamplePrompt prompt = new SamplePrompt(0, row, text, true, of.encode(text, false).ids());
    int[] answer = of.encode(ANSWER.strip(), false).ids();
    int end = of.idOf(ChatMl.END).getAsInt();
    return completion(prompt, ANSWER.strip(), and(answer, end), StopReason.STOP_TOKEN);
  }

  @Test
  void anAnswerIsWorthWhatItsRowIs() throws IOException {
    double wanted =
        ofRow(plain, "{\"prompt\": \"%s\", \"completion\": \"%s\"}".formatted(QUESTION, ANSWER));
    try (Tokenizer own = Tokenizer.load(dir.resolve("model"));
        Tokenizer other = Tokenizer.load(dir.resolve("other"))) {
      assertThat(other.encode(QUESTION, true).ids()).isNotEqualTo(own.encode(QUESTION, true).ids());
      assertThat(ofAnswer(plain, own, plainAnswer(own, true))).isCloseTo(wanted, within(SAME));
      assertThat(ofAnswer(plain, other, plainAnswer(other, true))).isCloseTo(wanted, within(SAME));
    }
  }

  /** An answer that was cut has no end, which its reward shows. */
  @Test
  void anAnswerWithoutAnEndGetsNone() throws IOException {
    try (Tokenizer own = Tokenizer.load(dir.resolve("model"));
        Tokenizer other = Tokenizer.load(dir.resolve("other"))) {
      int[] ids = own.encode(QUESTION + ANSWER, true).ids();
      double wanted = ofRow(plain, "{\"input_ids\": " + Arrays.toString(ids) + "}");
      assertThat(ofAnswer(plain, own, plainAnswer(own, false))).isCloseTo(wanted, within(SAME));
      assertThat(ofAnswer(plain, other, plainAnswer(other, false))).isCloseTo(wanted, within(SAME));
      assertThat(ofAnswer(plain, own, plainAnswer(own, true))).isNotCloseTo(wanted, within(SAME));
    }
  }

  /** Behind the token that ends a turn stands what the template writes there. */
  @Test
  void aConversationIsReadAsTrainingReadIt() throws IOException {
    double wanted =
        ofRow(
            chat,
            ("{\"prompt\": [{\"role\": \"user\", \"content\": \"%s\"}],"
                    + " \"completion\": [{\"role\": \"assistant\", \"content\": \"%s\"}]}")
                .formatted(QUESTION, ANSWER.strip()));
    try (Tokenizer own = Tokenizer.load(dir.resolve("chat"));
        Tokenizer other = Tokenizer.load(dir.resolve("otherchat"))) {
      assertThat(ofAnswer(chat, own, chatAnswer(own))).isCloseTo(wanted, within(SAME));
      assertThat(ofAnswer(chat, other, chatAnswer(other))).isCloseTo(wanted, within(SAME));
    }
  }

  /** A conversation that the row holds as a written text ends where its last turn ends. */
  @Test
  void aWrittenConversationEndsWithItsTurn() throws IOException {
    String prompt =
        ChatMl.START + "user\n" + QUESTION + ChatMl.END + "\n" + ChatMl.START + "assistant\n";
    ObjectNode row = JSON.createObjectNode().put("prompt", prompt);
    double wanted = ofRow(chat, row.deepCopy().put("completion", ANSWER.strip()).toString());
    try (Tokenizer own = Tokenizer.load(dir.resolve("chat"));
        Tokenizer other = Tokenizer.load(dir.resolve("otherchat"))) {
      for (Tokenizer of : List.of(own, other)) {
        SamplePrompt asked = new SamplePrompt(0, row, prompt, true, of.encode(prompt, false).ids());
        int[] ids = of.encode(ANSWER.strip(), false).ids();
        Completion answer =
            completion(
                asked,
                ANSWER.strip(),
                and(ids, of.idOf(ChatMl.END).getAsInt()),
                StopReason.STOP_TOKEN);
        assertThat(ofAnswer(chat, of, answer)).isCloseTo(wanted, within(SAME));
      }
    }
  }

  @Test
  void tokensThatTheModelDoesNotHaveAreTold() throws IOException {
    try (Tokenizer own = Tokenizer.load(dir.resolve("model"))) {
      Completion good = plainAnswer(own, true);
      Completion bad = completion(good.prompt(), "x", new int[] {5, 4711}, StopReason.LIMIT);
      assertThatThrownBy(() -> ofAnswer(plain, own, bad))
          .isInstanceOf(DataException.class)
          .hasMessageContainingAll("4711", "row 1", "same tokenizer");
    }
  }

  /** The run's warnings say so, and the end of the answer counts. */
  @Test
  void anAnswerThatIsTooLongLosesItsBeginning() throws IOException {
    try (Tokenizer own = Tokenizer.load(dir.resolve("model"));
        Wiring wiring = wiring(Rewards.discover())) {
      int[] ids = new int[60];
      Arrays.setAll(ids, i -> 5 + i);
      SamplePrompt prompt =
          new SamplePrompt(0, JSON.createObjectNode(), "p", false, Arrays.copyOf(ids, 30));
      Completion whole = completion(prompt, "a", Arrays.copyOfRange(ids, 30, 60), StopReason.LIMIT);
      double[] reward =
          wiring.get(RunRewards.class).open(List.of(RewardEntry.of(plain))).score(List.of(whole));
      int[] last = Arrays.copyOfRange(ids, 12, 60);
      assertThat(reward[0])
          .isCloseTo(ofRow(plain, "{\"input_ids\": " + Arrays.toString(last) + "}"), within(SAME));
      assertThat(wiring.get(RunWarnings.class).all())
          .anyMatch(w -> w.contains("takes 48 tokens") && w.contains("last ones"));
      assertThat(own.vocabSize()).isGreaterThan(64);
    }
  }

  private static Wiring wiring(Rewards rewards) throws IOException {
    return new Wiring(
        List.of(new RunModule(config("model", "pairs"), RunOptions.quiet().withRewards(rewards))));
  }

  private static double[] of(RewardScores scores, String function) {
    return Objects.requireNonNull(scores.byName().get(function));
  }

  /** On the run's own backend: weights, normalisation and an application's function together. */
  @Test
  void aRunRewardsByAllItNames() throws IOException {
    Rewards rewards = Rewards.discover().with("polite", RewardFunction.ofEach(c -> 7));
    List<RewardEntry> entries =
        RewardKeys.read(
            "--reward",
            List.of(
                plain.toString(),
                "{ model: %s, normalise: true, weight: 0.5, name: scaled }".formatted(plain),
                "{ type: polite, weight: 2 }",
                "{ type: length, weight: -0.1 }"));
    RewardScale scale;
    try (RewardModel model = RewardModel.open(plain, REFERENCE)) {
      scale = model.scale().orElseThrow();
    }
    try (Wiring wiring = wiring(rewards);
        Tokenizer own = Tokenizer.load(dir.resolve("model"))) {
      Completion answer = plainAnswer(own, true);
      double raw = ofAnswer(plain, own, answer);
      int tokens = answer.generation().ids().length;
      WeightedRewards all = wiring.get(RunRewards.class).open(entries);
      RewardScores scores = all.scores(List.of(answer, answer));
      assertThat(scores.byName().keySet()).containsExactly("model", "scaled", "polite", "length");
      assertThat(of(scores, "model")[1]).isCloseTo(raw, within(SAME));
      assertThat(of(scores, "scaled")[0])
          .isCloseTo((raw - scale.mean()) / scale.std(), within(1e-3));
      assertThat(scores.total()[0])
          .isCloseTo(raw + 0.5 * scale.of(raw) + 14 - 0.1 * tokens, within(1e-3));
      try (OpenRewards open = OpenRewards.open(entries, rewards, REFERENCE, Optional.of(own))) {
        assertThat(open.scores(List.of(answer)).total()[0])
            .isCloseTo(scores.total()[0], within(1e-3));
      }
    }
  }

  /** An application's services have names and options as Fettle's own functions do. */
  @Test
  void servicesAreNamedLikeAllOthers() throws IOException {
    List<RewardEntry> entries =
        RewardKeys.read("--reward", List.of("{ type: shouting, price: 0.5 }", "silence"));
    assertThatThrownBy(() -> RewardKeys.read("--reward", List.of("{ type: shouting, prise: 1 }")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("did you mean 'price'?");
    try (Wiring wiring = wiring(Rewards.discover());
        Tokenizer own = Tokenizer.load(dir.resolve("model"))) {
      Completion answer = plainAnswer(own, true);
      Completion silent = completion(answer.prompt(), " ", new int[] {5}, StopReason.STOP_TOKEN);
      RewardScores scores =
          wiring.get(RunRewards.class).open(entries).scores(List.of(answer, silent));
      assertThat(scores.byName().get("shouting")).containsExactly(-0.5, 0);
      assertThat(scores.total()).containsExactly(-0.5, 1);
    }
  }

  @Test
  void whatCannotBeOpenedIsTold() throws IOException {
    try (Wiring wiring = wiring(Rewards.discover())) {
      RunRewards rewards = wiring.get(RunRewards.class);
      assertThatThrownBy(() -> rewards.open(List.of(RewardEntry.of("polite"))))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("no reward function 'polite'");
      assertThatThrownBy(() -> rewards.open(List.of(RewardEntry.of(dir.resolve("model")))))
          .isInstanceOf(ModelFileException.class)
          .hasMessageContaining("no reward model");
      Path old = dir.resolve("old");
      copyWithoutScale(plain, old);
      List<RewardEntry> scaled =
          RewardKeys.read("--reward", List.of("{ model: %s, normalise: true }".formatted(old)));
      assertThatThrownBy(() -> rewards.open(scaled))
          .isInstanceOf(ConfigException.class)
          .hasMessageContainingAll("normalise", "fettle_reward_mean", old.toString());
    }
  }

  private static void copyWithoutScale(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    for (String name : List.of("model.safetensors", "tokenizer.json", "config.json")) {
      Files.copy(from.resolve(name), to.resolve(name));
    }
    ObjectNode config = (ObjectNode) JSON.readTree(to.resolve("config.json").toFile());
    config.remove(List.of("fettle_reward_mean", "fettle_reward_std"));
    JSON.writeValue(to.resolve("config.json").toFile(), config);
  }
}
