package dev.fettle.example.plain;

import dev.fettle.harness.Fettle;
import dev.fettle.harness.model.NewModel;
import dev.fettle.harness.model.NewModel.Family;
import dev.fettle.harness.model.NewModel.Sizes;
import dev.fettle.harness.model.NewModel.TrainedTokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Questions and their answers, and a tiny model that knows neither: in place of your own. */
public final class Questions {
  private static final int SEED = 7;

  private Questions() {}

  /** What the model is to learn. */
  public static Map<String, String> all() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("Who feeds the cat?", "Anna feeds the cat.");
    all.put("Where is the key?", "The key is in the drawer.");
    all.put("When does the shop open?", "The shop opens at nine.");
    all.put("What colour is the door?", "The door is green.");
    return all;
  }

  /**
   * Writes the rows to train on, a conversation a line.
   *
   * @return the file
   */
  public static Path write(Path directory) throws IOException {
    String rows =
        all().entrySet().stream()
            .map(e -> row(e.getKey(), e.getValue()))
            .collect(Collectors.joining());
    return Files.writeString(directory.resolve("questions.jsonl"), rows);
  }

  private static String row(String question, String answer) {
    return """
        {"messages": [{"role": "user", "content": "%s"}, {"role": "assistant", "content": "%s"}]}
        """
        .formatted(question, answer);
  }

  /**
   * Makes a base model with fresh weights, and a tokenizer trained on the words.
   *
   * @return its directory
   */
  public static Path model(Path directory) throws IOException {
    String words = all().entrySet().stream().map(e -> e + "\n").collect(Collectors.joining());
    Path text = Files.writeString(directory.resolve("words.txt"), words.repeat(20));
    // docs:begin new-model
    Path model = directory.resolve("base");
    Fettle.initModel(
        new NewModel(
            Family.LLAMA,
            new Sizes(2, 64, 4, 4, 128, 128, true),
            new TrainedTokens(List.of(text), 320, List.of("<|im_start|>", "<|im_end|>")),
            SEED),
        model);
    // docs:end
    return model;
  }
}
