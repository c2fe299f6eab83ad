package dev.fettle.harness.model;

import dev.fettle.models.LanguageModel;
import dev.fettle.models.Models;
import dev.fettle.models.config.HfConfig;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.models.lora.AdapterConfig;
import dev.fettle.tokenizer.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A Hugging Face model directory, its weights not yet read.
 *
 * @param directory the directory
 * @param config its {@code config.json}
 * @param model the architecture
 * @param tokenizer absent where the directory has none, which is enough for pre-tokenised rows
 */
public record ModelFiles(
    Path directory, HfConfig config, LanguageModel model, Optional<Tokenizer> tokenizer)
    implements AutoCloseable {

  private static final List<String> TOKENIZER_FILES =
      List.of("tokenizer.json", "vocab.json", "encoder.json");

  /**
   * Opens a directory.
   *
   * @throws ModelFileException if it is no model directory, or the tokenizer has more tokens than
   *     the model
   */
  public static ModelFiles open(Path directory) {
    return open(directory, Optional.empty());
  }

  /**
   * Opens a directory, and the tokenizer an adapter was trained with.
   *
   * @param adapter an adapter directory, whose tokenizer counts if it has one
   * @throws ModelFileException if it is no model directory, or the tokenizer has more tokens than
   *     the model
   */
  public static ModelFiles open(Path directory, Optional<Path> adapter) {
    if (!Files.isDirectory(directory)) {
      throw new ModelFileException(
          directory, "no such directory; give one with config.json and model.safetensors");
    }
    if (isAdapter(directory)) {
      throw new ModelFileException(
          directory, "is an adapter; give its base model here, and this as the adapter");
    }
    HfConfig config = HfConfig.read(directory);
    LanguageModel model = Models.of(config.model());
    Optional<Tokenizer> tokenizer =
        Stream.concat(adapter.stream(), Stream.of(directory))
            .filter(ModelFiles::hasTokenizer)
            .findFirst()
            .map(Tokenizer::load);
    tokenizer.ifPresent(t -> requireRoom(directory, t, model));
    return new ModelFiles(directory, config, model, tokenizer);
  }

  /** Whether a directory holds an adapter, and no model. */
  static boolean isAdapter(Path directory) {
    return Files.exists(directory.resolve(AdapterConfig.FILE))
        && !Files.exists(directory.resolve(HfConfig.FILE));
  }

  private static boolean hasTokenizer(Path directory) {
    return TOKENIZER_FILES.stream().anyMatch(f -> Files.exists(directory.resolve(f)));
  }

  private static void requireRoom(Path directory, Tokenizer tokenizer, LanguageModel model) {
    int tokens = tokenizer.vocabSize();
    int rows = model.shape().vocab();
    if (tokens > rows) {
      tokenizer.close();
      throw new ModelFileException(
          directory,
          "the tokenizer has "
              + tokens
              + " token ids, but the model only "
              + rows
              + " (vocab_size in config.json); take tokenizer and model from the same place");
    }
  }

  /**
   * The tokenizer.
   *
   * @throws ModelFileException where there is none
   */
  public Tokenizer requireTokenizer() {
    return tokenizer.orElseThrow(
        () ->
            new ModelFileException(
                directory, "has no tokenizer.json, which text needs; copy the tokenizer there"));
  }

  @Override
  public void close() {
    tokenizer.ifPresent(Tokenizer::close);
  }
}
