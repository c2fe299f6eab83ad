package dev.fettle.models.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.ir.DType;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.models.config.StrictJson;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.Pieces;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Weights spread over several safetensors files by {@code model.safetensors.index.json}. */
final class ShardedWeights implements WeightSource {
  private final Path dir;
  private final List<SafetensorsFile> shards;
  private final Map<String, SafetensorsFile> shardOf;
  private final Map<String, String> metadata;
  private final List<String> names;

  private ShardedWeights(
      Path dir, List<SafetensorsFile> shards, Map<String, SafetensorsFile> shardOf) {
    this.dir = dir;
    this.shards = shards;
    this.shardOf = shardOf;
    Map<String, String> all = new LinkedHashMap<>();
    shards.forEach(s -> all.putAll(s.metadata()));
    this.metadata = Collections.unmodifiableMap(all);
    this.names =
        shards.stream().flatMap(s -> s.names().stream().filter(n -> shardOf.get(n) == s)).toList();
  }

  /**
   * Opens every shard the index names and checks that each holds the tensors the index says.
   *
   * @throws ModelFileException naming the shard or tensor that is missing, or a shard name that
   *     leaves the directory
   */
  static ShardedWeights open(Path dir) {
    Path index = dir.resolve(ModelDirectory.INDEX);
    Map<String, String> fileOf = weightMap(index, StrictJson.readObject(index));
    Map<String, SafetensorsFile> opened = new LinkedHashMap<>();
    boolean complete = false;
    try {
      Map<String, SafetensorsFile> shardOf = new LinkedHashMap<>();
      fileOf.forEach(
          (tensor, file) -> {
            SafetensorsFile shard = opened.computeIfAbsent(file, f -> openShard(index, dir, f));
            if (!shard.has(tensor)) {
              throw new ModelFileException(
                  index,
                  "tensor '" + tensor + "' should be in " + file + " but is not; fetch both again");
            }
            shardOf.put(tensor, shard);
          });
      complete = true;
      return new ShardedWeights(dir, List.copyOf(opened.values()), shardOf);
    } finally {
      if (!complete) {
        opened.values().forEach(SafetensorsFile::close);
      }
    }
  }

  private static Map<String, String> weightMap(Path index, ObjectNode json) {
    JsonNode map = json.path("weight_map");
    if (!map.isObject()) {
      throw new ModelFileException(
          index, "key 'weight_map' is missing or not an object of tensor name to file name");
    }
    Map<String, String> fileOf = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> e : map.properties()) {
      String file = e.getValue().asText();
      if (!e.getValue().isTextual() || !isPlainName(file)) {
        throw new ModelFileException(
            index,
            "tensor '"
                + e.getKey()
                + "': shard "
                + e.getValue()
                + " is not the plain name of a .safetensors file in this directory");
      }
      fileOf.put(e.getKey(), file);
    }
    return fileOf;
  }

  /** An index comes from a stranger: its file names must not lead out of the directory. */
  private static boolean isPlainName(String name) {
    return name.endsWith(".safetensors")
        && name.chars().allMatch(c -> c > ' ' && c != '/' && c != '\\' && c != ':');
  }

  private static SafetensorsFile openShard(Path index, Path dir, String name) {
    Path file = dir.resolve(name);
    if (!Files.exists(file)) {
      throw new ModelFileException(
          index, "shard " + name + " is not in the directory; fetch it again");
    }
    return SafetensorsFile.open(file);
  }

  @Override
  public Path location() {
    return dir;
  }

  @Override
  public List<String> names() {
    return names;
  }

  @Override
  public boolean has(String name) {
    return shardOf.containsKey(name);
  }

  @Override
  public long[] shape(String name) {
    return shard(name).shape(name);
  }

  @Override
  public DType dtype(String name) {
    return shard(name).dtype(name);
  }

  @Override
  public HostTensor read(String name) {
    return shard(name).read(name);
  }

  @Override
  public HostTensor readAs(String name, DType dtype) {
    return shard(name).readAs(name, dtype);
  }

  @Override
  public HostTensor readPart(String name, DType dtype, Pieces piece) {
    return shard(name).readPart(name, dtype, piece);
  }

  @Override
  public Map<String, String> metadata() {
    return metadata;
  }

  @Override
  public void close() {
    new ArrayList<>(shards).forEach(SafetensorsFile::close);
  }

  private SafetensorsFile shard(String name) {
    SafetensorsFile shard = shardOf.get(name);
    if (shard == null) {
      throw new ModelFileException(dir, "tensor '" + name + "' is not in any shard");
    }
    return shard;
  }
}
