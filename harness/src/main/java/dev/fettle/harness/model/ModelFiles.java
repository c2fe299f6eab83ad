package dev.fettle.harness.model;

import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import dev.fettle.models.LanguageModel;
import dev.fettle.models.ModelNames;
import dev.fettle.models.Models;
import dev.fettle.models.config.HfConfig;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.models.lora.AdapterConfig;
import dev.fettle.models.weights.GrownWeights;
import dev.fettle.models.weights.OwnHead;
import dev.fettle.models.weights.WeightSource;
import dev.fettle.settings.HubNames;
import dev.fettle.tokenizer.Tokenizer;
import dev.fettle.tokenizer.TokenizerChanges;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A Hugging Face model directory, its weights not yet read.
 *
 * @param directory the directory
 * @param config its {@code config.json}
 * @param model the architecture
 * @param tokenizer absent where the directory has none, which is enough for pre-tokenised rows
 * @param changes what the tokenizer was given that its files do not have
 * @param warnings what the user should know of the files
 */
public record ModelFiles(
    Path directory,
    HfConfig config,
    LanguageModel model,
    Optional<Tokenizer> tokenizer,
    TokenizerChanges changes,
    List<String> warnings)
    implements AutoCloseable {

  private static final List<String> TOKENIZER_FILES =
      List.of("tokenizer.json", "vocab.json", "encoder.json", "vocab.txt");

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
    return open(directory, adapter, TokenizerChanges.NONE);
  }

  /**
   * Opens a directory, its tokenizer changed. The model is given rows for tokens that are added
   * now, and for those an adapter's tokenizer has more than the model's own.
   *
   * @param adapter an adapter directory, whose tokenizer counts if it has one
   * @throws ModelFileException if it is no model directory, or the tokenizer has more tokens than
   *     the model
   */
  public static ModelFiles open(Path directory, Optional<Path> adapter, TokenizerChanges changes) {
    requireConfig(directory);
    if (isAdapter(directory)) {
      throw new ModelFileException(
          directory, "is an adapter; give its base model here, and this as the adapter");
    }
    List<String> warnings = new ArrayList<>();
    HfConfig config = ownHead(directory, HfConfig.read(directory), warnings);
    Optional<Path> adapted = adapter.filter(ModelFiles::hasTokenizer);
    Optional<Path> place =
        adapted.or(() -> Optional.of(directory).filter(ModelFiles::hasTokenizer));
    if (place.isEmpty() && !changes.isNone()) {
      throw new ModelFileException(directory, "has no tokenizer that tokens could be added to");
    }
    Optional<Tokenizer> tokenizer = place.map(p -> Tokenizer.load(p, changes));
    try {
      boolean grows = adapted.isPresent() || !changes.tokens().isEmpty();
      for (Tokenizer t : tokenizer.stream().toList()) {
        config = grows ? grown(config, t) : config;
        config = ending(config, t, changes);
        requireRoom(directory, t, config.model().dims().vocab(), warnings);
      }
      LanguageModel model = Models.of(config.model());
      return new ModelFiles(directory, config, model, tokenizer, changes, List.copyOf(warnings));
    } catch (RuntimeException e) {
      tokenizer.ifPresent(Tokenizer::close);
      throw e;
    }
  }

  /** A head that is stored and differs from the embedding stays, whatever the config says. */
  private static HfConfig ownHead(Path directory, HfConfig config, List<String> warnings) {
    if (!config.model().tied()) {
      return config;
    }
    ModelNames names = Models.of(config.model()).names();
    if (!OwnHead.differs(directory, names.base(), names.embedding(), names.head())) {
      return config;
    }
    warnings.add(
        directory.resolve(HfConfig.FILE)
            + " says tie_word_embeddings, but the weights hold a "
            + names.head()
            + " that differs from "
            + names.embedding()
            + "; both are kept, as transformers keeps them: set it to false if that is meant");
    return config.with("tie_word_embeddings", BooleanNode.FALSE);
  }

  private static HfConfig grown(HfConfig config, Tokenizer tokenizer) {
    int rows = config.model().dims().vocab();
    return tokenizer.vocabSize() > rows
        ? config.with("vocab_size", IntNode.valueOf(tokenizer.vocabSize()))
        : config;
  }

  private static HfConfig ending(HfConfig config, Tokenizer tokenizer, TokenizerChanges changes) {
    return changes.eos().isPresent() && tokenizer.eosId().isPresent()
        ? config.with("eos_token_id", IntNode.valueOf(tokenizer.eosId().getAsInt()))
        : config;
  }

  /** Its weights, those of tokens that were added among them. */
  public WeightSource weights() {
    WeightSource source = WeightSource.open(directory);
    ModelNames names = model.names();
    String plain = names.embedding().substring(names.base().length());
    Set<String> grown = Set.of(names.embedding(), plain, names.head());
    return rows(source, grown) ? new GrownWeights(source, grown, model.shape().vocab()) : source;
  }

  /** Whether tokens were added for which nothing is stored. */
  public boolean grew() {
    return HfConfig.read(directory).model().dims().vocab() < model.shape().vocab();
  }

  private boolean rows(WeightSource source, Set<String> grown) {
    return grew() && grown.stream().anyMatch(source::has);
  }

  /**
   * Checks that a directory can be a model's, before anything in it is read.
   *
   * @throws ModelFileException if it is not there, or is a checkpoint that holds no model yet
   */
  static void requireConfig(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw new ModelFileException(
          directory,
          "no such directory; give one with config.json and model.safetensors"
              + HubNames.advice(directory.toString()));
    }
    boolean old = Files.exists(directory.resolve("trainer.json"));
    if (old && !isAdapter(directory) && !Files.exists(directory.resolve(HfConfig.FILE))) {
      throw new ModelFileException(
          directory,
          "is a checkpoint of an earlier version of Fettle, which held no config.json; copy that and"
              + " the tokenizer's files of the base model there");
    }
  }

  /** Whether a directory holds an adapter, and no model. */
  static boolean isAdapter(Path directory) {
    return Files.exists(directory.resolve(AdapterConfig.FILE))
        && !Files.exists(directory.resolve(HfConfig.FILE));
  }

  private static boolean hasTokenizer(Path directory) {
    return TOKENIZER_FILES.stream().anyMatch(f -> Files.exists(directory.resolve(f)));
  }

  private static void requireRoom(
      Path directory, Tokenizer tokenizer, int rows, List<String> warnings) {
    int tokens = tokenizer.vocabSize();
    if (tokenizer.ownVocabSize() > rows) {
      throw new ModelFileException(
          directory,
          "the tokenizer has "
              + tokens
              + " token ids, but the model only "
              + rows
              + " (vocab_size in config.json); take tokenizer and model from the same place");
    }
    if (tokens > rows) {
      List<String> names =
          IntStream.range(rows, tokens)
              .mapToObj(tokenizer::tokenOf)
              .flatMap(Optional::stream)
              .toList();
      warnings.add(
          directory
              + ": the files beside the tokenizer declare "
              + String.join(", ", names)
              + ", for which the model has no rows; a text that holds them cannot be used unless"
              + " tokenizer.addTokens names them");
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
