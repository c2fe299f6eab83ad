package dev.fettle.harness.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.fettle.files.AtomicFile;
import dev.fettle.files.Directories;
import dev.fettle.files.FileErrors;
import dev.fettle.models.ModelParts;
import dev.fettle.models.PolicySpec;
import dev.fettle.models.Weights;
import dev.fettle.models.config.HfConfig;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.models.config.StrictJson;
import dev.fettle.models.head.Head;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Source;
import dev.fettle.models.weights.ModelWeights;
import dev.fettle.models.weights.TensorEntry;
import dev.fettle.tokenizer.ChatTemplate;
import dev.fettle.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Writes a Hugging Face model directory: config, weights, tokenizer, generation settings, chat
 * template. It appears whole or not at all.
 *
 * @param config the model's {@code config.json}
 * @param tokenizer if it has one
 * @param template the chat template it was trained with, where that is not the tokenizer's own
 * @param source a directory whose {@code generation_config.json} is taken along
 * @param ending the token that now ends a text, where that was changed
 */
public record FinalModel(
    HfConfig config,
    Optional<Tokenizer> tokenizer,
    Optional<ChatTemplate> template,
    Optional<Path> source,
    Optional<Integer> ending) {
  static final String TEMPLATE = "chat_template.jinja";

  private static final String GENERATION = "generation_config.json";

  /**
   * The directory of a trained policy.
   *
   * @param files of the model it began as
   * @param spec what it is made of: its heads are told in {@code config.json}
   * @param template the chat template it was trained with, where that is not the tokenizer's own
   */
  public static FinalModel of(ModelFiles files, PolicySpec spec, Optional<ChatTemplate> template) {
    HfConfig config = files.config();
    for (Head head : spec.heads()) {
      config = head.describedBy(config);
    }
    Optional<Integer> ending =
        files.changes().eos().flatMap(eos -> files.tokenizer()).map(t -> t.eosId().orElseThrow());
    return new FinalModel(
        config, files.tokenizer(), template, Optional.of(files.directory()), ending);
  }

  /**
   * Writes the directory in F32; one that is there already is replaced.
   *
   * @param parts of the policy; those of the base model and of its heads are written
   * @param values what each of them is
   * @throws ModelFileException if it cannot be written, as when the disk is full
   */
  public void write(Path target, ModelParts parts, Weights values) {
    write(target, parts, values, SavedTypes.F32);
  }

  /** The same in other types. */
  public void write(Path target, ModelParts parts, Weights values, SavedTypes types) {
    try {
      Directories.write(
          target,
          directory -> {
            weights(directory, parts, values, types);
            rest(directory, types);
          });
    } catch (IOException e) {
      throw new ModelFileException(target, "cannot be written: " + FileErrors.reason(e), e);
    }
  }

  /** Writes the weights into a directory that is there. */
  static void weights(Path directory, ModelParts parts, Weights values, SavedTypes types) {
    List<TensorEntry> entries =
        written(parts).stream().map(p -> types.entry(p.name(), p, entry(p, values))).toList();
    ModelWeights.write(directory, entries, ModelWeights.DEFAULT_SHARD_BYTES);
  }

  /** The parameters that a whole model's files hold. */
  static List<ParameterSpec> written(ModelParts parts) {
    return parts.from(Source.BASE, Source.HEAD);
  }

  private static TensorEntry entry(ParameterSpec parameter, Weights values) {
    return TensorEntry.of(
        parameter.name(),
        parameter.type(),
        () -> values.of(parameter),
        piece -> values.part(parameter, piece));
  }

  /** Writes all but the weights into a directory that is there. */
  void rest(Path directory, SavedTypes types) throws IOException {
    described(types).write(directory);
    tokens(directory, tokenizer, template);
    copyGeneration(directory);
  }

  /** Writes a tokenizer, and the chat template that goes before its own. */
  static void tokens(Path directory, Optional<Tokenizer> tokenizer, Optional<ChatTemplate> template)
      throws IOException {
    tokenizer.ifPresent(t -> t.save(directory));
    if (template.isPresent()) {
      AtomicFile.write(directory.resolve(TEMPLATE), template.get().source());
    }
  }

  /** The config, its type of weights as they are written. */
  private HfConfig described(SavedTypes types) {
    HfConfig written = config;
    Optional<String> name = types.name();
    for (String key : List.of("dtype", "torch_dtype")) {
      if (name.isPresent() && config.json().has(key)) {
        written = written.with(key, TextNode.valueOf(name.get()));
      }
    }
    return written;
  }

  /** Its bytes alone: a copy would be read-only where the original is. */
  private void copyGeneration(Path to) throws IOException {
    Path from = source.map(s -> s.resolve(GENERATION)).orElse(to);
    if (!Files.isRegularFile(from)) {
      return;
    }
    if (ending.isPresent()) {
      ObjectNode generation = StrictJson.readObject(from);
      generation.put("eos_token_id", ending.get());
      StrictJson.writeObject(to.resolve(GENERATION), generation);
      return;
    }
    AtomicFile.write(to.resolve(GENERATION), Files.readAllBytes(from));
  }
}
