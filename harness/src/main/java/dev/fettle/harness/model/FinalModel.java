package dev.fettle.harness.model;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.fettle.models.config.HfConfig;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.weights.ModelWeights;
import dev.fettle.models.weights.TensorEntry;
import dev.fettle.spi.HostTensor;
import dev.fettle.tokenizer.ChatTemplate;
import dev.fettle.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Writes a Hugging Face model directory: config, weights in F32, tokenizer, generation settings,
 * chat template. It appears whole or not at all.
 *
 * @param config the model's {@code config.json}
 * @param tokenizer if it has one
 * @param template the chat template it was trained with, where that is not the tokenizer's own
 * @param source a directory whose {@code generation_config.json} is taken along
 */
public record FinalModel(
    HfConfig config,
    Optional<Tokenizer> tokenizer,
    Optional<ChatTemplate> template,
    Optional<Path> source) {
  private static final String GENERATION = "generation_config.json";

  /**
   * Writes the directory; one that is there already is replaced.
   *
   * @throws ModelFileException if it cannot be written, as when the disk is full
   */
  public void write(
      Path target, List<ParameterSpec> parameters, Function<ParameterSpec, HostTensor> values) {
    Path unfinished = target.resolveSibling("." + target.getFileName() + ".tmp");
    try {
      deleteTree(unfinished);
      Files.createDirectories(unfinished);
      ModelWeights.write(
          unfinished,
          parameters.stream().map(p -> entry(p, values)).toList(),
          ModelWeights.DEFAULT_SHARD_BYTES);
      inF32().write(unfinished);
      tokenizer.ifPresent(t -> t.save(unfinished));
      copyGeneration(unfinished);
      if (template.isPresent()) {
        Files.writeString(unfinished.resolve("chat_template.jinja"), template.get().source());
      }
      deleteTree(target);
      Files.move(unfinished, target);
    } catch (IOException e) {
      throw new ModelFileException(target, "cannot be written: " + e, e);
    } finally {
      deleteQuietly(unfinished);
    }
  }

  private static TensorEntry entry(
      ParameterSpec parameter, Function<ParameterSpec, HostTensor> values) {
    return new TensorEntry(
        parameter.name(),
        parameter.type().dtype(),
        Arrays.stream(parameter.type().shape().sizes()).boxed().toList(),
        () -> values.apply(parameter));
  }

  /** The config, its type of weights as they are written. */
  private HfConfig inF32() {
    HfConfig written = config;
    for (String key : List.of("dtype", "torch_dtype")) {
      if (config.json().has(key)) {
        written = written.with(key, TextNode.valueOf("float32"));
      }
    }
    return written;
  }

  private void copyGeneration(Path to) throws IOException {
    Path from = source.map(s -> s.resolve(GENERATION)).orElse(to);
    if (Files.isRegularFile(from)) {
      Files.copy(from, to.resolve(GENERATION));
    }
  }

  static void deleteQuietly(Path tree) {
    try {
      deleteTree(tree);
    } catch (IOException e) {
      // Hidden, and replaced by the next attempt.
      tree.toFile().deleteOnExit();
    }
  }

  private static void deleteTree(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes a) throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(
              Path directory, @org.jspecify.annotations.Nullable IOException e) throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
