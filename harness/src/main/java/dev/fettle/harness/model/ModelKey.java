package dev.fettle.harness.model;

import dev.fettle.data.store.ContentKey;
import dev.fettle.files.FileErrors;
import dev.fettle.harness.config.AdapterSettings;
import dev.fettle.harness.config.ModelSettings;
import dev.fettle.models.config.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What a model is made of, summed up: equal keys, equal files. */
public final class ModelKey {
  private static final Set<String> FILES =
      Set.of(
          "config.json",
          "generation_config.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "merges.txt",
          "encoder.json",
          "vocab.bpe",
          "vocab.txt",
          "chat_template.jinja",
          "chat_template.json",
          "adapter_config.json");

  private ModelKey() {}

  /**
   * The key of a model and its adapter, in 32 hexadecimal digits. Reads all their weights.
   *
   * @throws ModelFileException if a file cannot be read
   */
  public static String of(ModelSettings settings) {
    ModelSettings whole = PolicyAdapter.withBase(settings);
    ContentKey key = new ContentKey().text(whole.precision().name());
    add(whole.directory(), key);
    whole.adapter().flatMap(AdapterSettings::path).ifPresent(a -> add(a, key));
    return key.hex();
  }

  private static void add(Path directory, ContentKey key) {
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> all = files.filter(f -> isPart(String.valueOf(f.getFileName()))).sorted().toList();
      key.number(all.size());
      for (Path file : all) {
        key.text(String.valueOf(file.getFileName())).file(file);
      }
    } catch (IOException e) {
      throw new ModelFileException(directory, "cannot be read: " + FileErrors.reason(e), e);
    }
  }

  private static boolean isPart(String name) {
    return FILES.contains(name)
        || name.endsWith(".safetensors")
        || name.endsWith(".safetensors.index.json");
  }
}
