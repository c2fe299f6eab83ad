package dev.fettle.harness;

import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.model.NewModel;
import dev.fettle.harness.model.NewModel.Family;
import dev.fettle.harness.model.NewModel.Sizes;
import dev.fettle.harness.model.NewModel.TrainedTokens;
import dev.fettle.tokenizer.ChatMl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A tiny model and a few rows, made on the spot. */
public record Tiny(Path dir) {
  public static final BackendSettings REFERENCE = BackendSettings.of("reference");

  public Path model() {
    return dir.resolve("model");
  }

  public Path rows() {
    return dir.resolve("rows.jsonl");
  }

  public static Tiny in(Path dir) {
    Tiny tiny = new Tiny(dir);
    tiny.write(
        "rows.jsonl",
        IntStream.range(0, 12)
            .mapToObj(
                i ->
                    "{\"prompt\": \"What is %d and %d?\", \"completion\": \" It is %d.\"}\n"
                        .formatted(i, i + 1, 2 * i + 1))
            .collect(Collectors.joining()));
    Path text = tiny.write("text.txt", "What is one and two? It is three. ".repeat(20));
    Fettle.initModel(
        new NewModel(
            Family.GPT2,
            new Sizes(1, 16, 2, 2, 32, 64, true),
            new TrainedTokens(List.of(text), 280, List.of()),
            5),
        tiny.model());
    return tiny;
  }

  /** A model that can be talked to, in ChatML. */
  public Path chatModel() {
    Path chat = dir.resolve("chat");
    if (!Files.exists(chat)) {
      Path text = write("chat.txt", "What is one and two? It is three. ".repeat(20));
      Fettle.initModel(
          new NewModel(
              Family.LLAMA,
              new Sizes(1, 16, 2, 2, 32, 96, true),
              new TrainedTokens(List.of(text), 280, List.of(ChatMl.START, ChatMl.END)),
              6),
          chat);
      write("chat/chat_template.jinja", ChatMl.template().source());
    }
    return chat;
  }

  public Path write(String name, String text) {
    try {
      return Files.writeString(dir.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Six steps of four rows. */
  RunConfig.Builder config(String name) {
    return RunConfig.builder()
        .set("run.name", name)
        .set("run.out", dir.resolve("runs"))
        .set("run.seed", 3)
        .set("backend.id", "reference")
        .set("backend.threads", 1)
        .set("model.path", model())
        .set("data.train", rows())
        .set("data.maxLength", 48)
        .set("optimizer.learningRate", 1e-2)
        .set("train.steps", 6)
        .set("train.batchSize", 2)
        .set("train.microBatchSize", 1)
        .set("train.checkpointEvery", 2);
  }
}
