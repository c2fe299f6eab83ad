package dev.fettle.models.weights;

import dev.fettle.files.FileErrors;
import dev.fettle.models.config.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The names of weight files in a Hugging Face model directory, and finding them. */
final class ModelDirectory {
  static final String SINGLE = "model.safetensors";
  static final String INDEX = "model.safetensors.index.json";

  private ModelDirectory() {}

  static WeightSource openWeights(Path path) {
    if (Files.isRegularFile(path)) {
      return SafetensorsFile.open(path);
    }
    if (!Files.isDirectory(path)) {
      throw new ModelFileException(path, "no such model directory or safetensors file");
    }
    if (Files.exists(path.resolve(SINGLE))) {
      return SafetensorsFile.open(path.resolve(SINGLE));
    }
    if (Files.exists(path.resolve(INDEX))) {
      return ShardedWeights.open(path);
    }
    throw new ModelFileException(path, noWeights(path));
  }

  private static String noWeights(Path dir) {
    List<String> files = list(dir);
    if (files.stream().anyMatch(f -> f.startsWith("pytorch_model") && f.contains(".bin"))) {
      return "only pickled PyTorch weights (pytorch_model.bin) are here, which are not read; convert"
          + " to safetensors: in Python, AutoModelForCausalLM.from_pretrained(dir)"
          + ".save_pretrained(dir, safe_serialization=True)";
    }
    String shown = files.stream().limit(8).collect(Collectors.joining(", "));
    return "holds neither "
        + SINGLE
        + " nor "
        + INDEX
        + (files.isEmpty() ? "; it is empty" : "; it holds " + shown)
        + (files.size() > 8 ? ", ..." : "");
  }

  private static List<String> list(Path dir) {
    try (Stream<Path> entries = Files.list(dir)) {
      return entries.map(p -> p.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new ModelFileException(dir, "cannot be listed: " + FileErrors.reason(e), e);
    }
  }
}
