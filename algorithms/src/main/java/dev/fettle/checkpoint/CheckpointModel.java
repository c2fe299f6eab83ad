package dev.fettle.checkpoint;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The trained model in a checkpoint, as its own loaders want it: a Hugging Face model directory, or
 * an adapter's.
 *
 * @param file its weights' file, as {@code model.safetensors}
 * @param weights the parameters, exact, under the names that file has for them
 * @param rest writes what else belongs to the directory: config, tokenizer
 */
public record CheckpointModel(String file, CheckpointTensors weights, Rest rest) {

  /** The whole model's weights. */
  public static final String MODEL = "model.safetensors";

  /** Fills a directory with all but the weights. */
  @FunctionalInterface
  public interface Rest {
    /** Writes the files; {@code directory} is there. */
    void write(Path directory) throws IOException;
  }

  /** Weights alone. */
  public static CheckpointModel of(CheckpointTensors weights) {
    return new CheckpointModel(MODEL, weights, directory -> {});
  }
}
