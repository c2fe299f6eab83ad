package dev.fettle.integration;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.ir.DType;
import dev.fettle.models.weights.SafetensorsFile;
import dev.fettle.models.weights.SafetensorsWriter;
import dev.fettle.models.weights.TensorEntry;
import dev.fettle.spi.HostTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A published model that puts six letters in order, and every word it can be asked for. Part of its
 * head is made anew, so that it has to learn again what it knew.
 *
 * @param directory of rows and models
 */
record NanoSort(Path directory) {
  static final int HELD_OUT = 329;
  private static final int LETTERS = 3;
  private static final int LENGTH = 6;
  private static final int WORDS = 729;
  private static final long ORDER = 5;

  /** Spread of the published head's weights. */
  private static final double SPREAD = 0.14;

  /** The share of them that is drawn anew: with fewer it still knows every answer. */
  private static final double ANEW = 0.8;

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Writes the rows. */
  static NanoSort in(Path directory) throws IOException {
    List<String> words = new ArrayList<>();
    for (int word = 0; word < WORDS; word++) {
      StringBuilder letters = new StringBuilder();
      for (int rest = word, i = 0; i < LENGTH; i++, rest /= LETTERS) {
        letters.append((char) ('A' + rest % LETTERS));
      }
      words.add("{\"prompt\":\"" + letters + "\"}");
    }
    Collections.shuffle(words, new Random(ORDER));
    NanoSort task = new NanoSort(directory);
    Files.write(task.asked(), words.subList(0, WORDS - HELD_OUT));
    Files.write(task.heldOut(), words.subList(WORDS - HELD_OUT, WORDS));
    return task;
  }

  /** Words to learn from. */
  Path asked() {
    return directory.resolve("asked.jsonl");
  }

  /** Words nobody learns. */
  Path heldOut() {
    return directory.resolve("heldout.jsonl");
  }

  /**
   * The model with a part of its head drawn anew. No token ends an answer, for its own end token is
   * the letter A; and it gets a twelfth position, where an answer's last letter stands and nothing
   * is read.
   */
  Path withNewHead(Path published, long seed) throws IOException {
    Path model = Files.createDirectories(directory.resolve("head-" + seed));
    for (String name : List.of("tokenizer.json", "tokenizer_config.json")) {
      Files.copy(published.resolve(name), model.resolve(name));
    }
    Path configFile = published.resolve("config.json");
    ObjectNode config = (ObjectNode) JSON.readTree(configFile.toFile());
    config.remove(List.of("eos_token_id", "bos_token_id"));
    config.put("n_positions", 2 * LENGTH).put("n_ctx", 2 * LENGTH);
    JSON.writeValue(model.resolve("config.json").toFile(), config);
    List<TensorEntry> tensors = new ArrayList<>();
    try (SafetensorsFile file = SafetensorsFile.open(published.resolve("model.safetensors"))) {
      for (String name : file.names()) {
        HostTensor read = file.readAs(name, DType.F32);
        tensors.add(TensorEntry.of(name, changed(name, read, new Random(seed))));
      }
    }
    SafetensorsWriter.write(model.resolve("model.safetensors"), tensors);
    return model;
  }

  private static HostTensor changed(String name, HostTensor tensor, Random random) {
    if (name.equals("lm_head.weight")) {
      for (long i = 0; i < tensor.elements(); i++) {
        if (random.nextDouble() < ANEW) {
          tensor.set(i, SPREAD * random.nextGaussian());
        }
      }
    }
    return name.endsWith("wpe.weight") ? longer(tensor) : tensor;
  }

  /** The positions, and the last of them once more. */
  private static HostTensor longer(HostTensor positions) {
    long width = positions.sizes()[1];
    HostTensor more = HostTensor.allocate(positions.dtype(), 2 * LENGTH, width);
    for (long i = 0; i < more.elements(); i++) {
      more.set(i, positions.get(Math.min(i, positions.elements() - width + i % width)));
    }
    return more;
  }

  /** Actor and critic with the verifier as reward. */
  RunConfig.Builder a2c(Path model, String backend, long seed) {
    return RunConfig.builder()
        .set("run.name", "a2c-" + backend + "-" + seed)
        .set("run.out", directory.resolve("runs"))
        .set("run.seed", seed)
        .set("backend.id", backend)
        .set("model.path", model)
        .set("algorithm.type", "a2c")
        .set("algorithm.maxNewTokens", LENGTH)
        .set("algorithm.reward", "sorted-letters")
        .set("algorithm.kl", Map.of("coefficient", 0.01))
        .set("algorithm.whitenAdvantages", true)
        .set("algorithm.critic.coefficient", 0.1)
        .set("data.train", asked())
        .set("data.eval", heldOut())
        .set("data.maxLength", 2 * LENGTH)
        .set("optimizer.learningRate", 1e-3)
        .set("optimizer.betas", List.of(0.9, 0.99))
        .set("track", List.of("jsonl"));
  }
}
