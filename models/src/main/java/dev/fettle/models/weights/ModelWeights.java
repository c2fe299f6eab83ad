package dev.fettle.models.weights;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.files.FileErrors;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.models.config.StrictJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes the weights of a Hugging Face model directory: one file, or shards with an index. */
public final class ModelWeights {
  /** The shard size Hugging Face uses by default. */
  public static final long DEFAULT_SHARD_BYTES = 5_000_000_000L;

  private ModelWeights() {}

  /**
   * Writes {@code model.safetensors} if everything fits into one shard, else {@code
   * model-00001-of-0000N.safetensors} and so on with {@code model.safetensors.index.json}. Tensors
   * keep their order from shard to shard. What an earlier save left under the other layout is
   * removed, as loaders would prefer it.
   *
   * @param maxShardBytes a larger tensor gets a shard of its own
   * @throws ModelFileException if the directory cannot be written; files this call created are
   *     removed
   */
  public static void write(Path modelDir, List<TensorEntry> tensors, long maxShardBytes) {
    List<List<TensorEntry>> shards = plan(tensors, maxShardBytes);
    if (shards.size() <= 1) {
      SafetensorsWriter.write(modelDir.resolve(ModelDirectory.SINGLE), tensors);
      delete(modelDir.resolve(ModelDirectory.INDEX));
      return;
    }
    Map<String, String> fileOf = new TreeMap<>();
    Map<String, List<TensorEntry>> files = new LinkedHashMap<>();
    for (List<TensorEntry> shard : shards) {
      String file =
          String.format("model-%05d-of-%05d.safetensors", files.size() + 1, shards.size());
      files.put(file, shard);
      shard.forEach(t -> fileOf.put(t.name(), file));
    }
    writeShards(modelDir, files);
    long total = tensors.stream().mapToLong(TensorEntry::bytes).sum();
    writeIndex(modelDir.resolve(ModelDirectory.INDEX), fileOf, total);
    delete(modelDir.resolve(ModelDirectory.SINGLE));
  }

  private static List<List<TensorEntry>> plan(List<TensorEntry> tensors, long maxShardBytes) {
    List<List<TensorEntry>> shards = new ArrayList<>();
    long left = 0;
    for (TensorEntry t : tensors) {
      if (shards.isEmpty() || t.bytes() > left) {
        shards.add(new ArrayList<>());
        left = maxShardBytes;
      }
      shards.get(shards.size() - 1).add(t);
      left -= t.bytes();
    }
    return shards;
  }

  private static void writeShards(Path dir, Map<String, List<TensorEntry>> files) {
    List<Path> created = new ArrayList<>();
    try {
      files.forEach(
          (name, tensors) -> {
            Path file = dir.resolve(name);
            boolean isNew = !Files.exists(file);
            SafetensorsWriter.write(file, tensors);
            if (isNew) {
              created.add(file);
            }
          });
    } catch (RuntimeException e) {
      created.forEach(ModelWeights::delete);
      throw e;
    }
  }

  private static void writeIndex(Path index, Map<String, String> fileOf, long totalBytes) {
    ObjectNode json = StrictJson.MAPPER.createObjectNode();
    json.putObject("metadata").put("total_size", totalBytes);
    ObjectNode map = json.putObject("weight_map");
    fileOf.forEach(map::put);
    StrictJson.writeObject(index, json);
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new ModelFileException(
          file, "an older save's file cannot be removed: " + FileErrors.reason(e), e);
    }
  }
}
