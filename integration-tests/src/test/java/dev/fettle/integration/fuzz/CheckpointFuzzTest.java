package dev.fettle.integration.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.checkpoint.Checkpoint;
import dev.fettle.checkpoint.CheckpointException;
import dev.fettle.checkpoint.CheckpointStore;
import dev.fettle.cli.Main;
import dev.fettle.models.config.ModelFileException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint as a run writes it, with one of its files changed. */
class CheckpointFuzzTest {

  private static final String MANIFEST = "manifest.json";

  @TempDir Path folder;

  private void fettle(String... arguments) {
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(told, true, StandardCharsets.UTF_8);
    assertThat(Main.run(arguments, stream, stream))
        .as(() -> told.toString(StandardCharsets.UTF_8))
        .isZero();
  }

  /** Trains one step of the smallest model there can be; its newest checkpoint. */
  private Path train() throws IOException {
    Path rows = folder.resolve("rows.jsonl");
    Files.writeString(rows, "{\"text\": \"a row of a few words\"}\n".repeat(8));
    String model = folder.resolve("model").toString();
    fettle(
        "init",
        model,
        "--train-tokenizer",
        rows.toString(),
        "--vocab-size",
        "260",
        "--layers",
        "1",
        "--embed",
        "8",
        "--heads",
        "1",
        "--kv-heads",
        "1",
        "--mlp",
        "8",
        "--positions",
        "32");
    Path config = folder.resolve("run.yaml");
    Files.writeString(
        config,
        """
        run: { name: r, out: . }
        backend: { id: reference }
        model: { path: model }
        algorithm: { type: sft }
        data: { train: rows.jsonl, maxLength: 16 }
        optimizer: { type: adamw, learningRate: 1e-3 }
        train: { steps: 1, batchSize: 1 }
        track: [jsonl]
        """);
    fettle("train", config.toString());
    try (Stream<Path> found = Files.walk(folder)) {
      return Objects.requireNonNull(
          found.filter(f -> f.endsWith(MANIFEST)).findFirst().orElseThrow().getParent());
    }
  }

  @Test
  void checkpoint() throws IOException {
    Path step = train();
    Map<String, byte[]> files = new LinkedHashMap<>();
    try (Stream<Path> found = Files.list(step)) {
      found.sorted().forEach(f -> files.put(String.valueOf(f.getFileName()), Fuzz.bytes(f)));
    }
    Fuzz fuzz =
        new Fuzz(
            "checkpoint",
            600,
            Set.of(CheckpointException.class, ModelFileException.class),
            List.of("\"step\"", "\"seed\"", "\"format\"", "\"progress\"", "\"data\""));
    List<String> names = new ArrayList<>(files.keySet());
    List<byte[]> contents = new ArrayList<>(files.values());
    fuzz.run(
        contents,
        (input, random) -> {
          String changed = names.get(random.nextInt(names.size()));
          byte[] wrong = new Mutator(random, List.of(bytes(files, changed)), fuzz.words()).next();
          Files.write(step.resolve(changed), wrong);
          if (!changed.equals(MANIFEST) && random.nextBoolean()) {
            Files.writeString(step.resolve(MANIFEST), signed(text(files), changed, wrong));
          }
          try {
            CheckpointStore.newest(Objects.requireNonNull(step.getParent()));
            ReadersFuzzTest.readAll(Checkpoint.open(step).modelFile());
          } finally {
            Files.write(step.resolve(changed), bytes(files, changed));
            Files.write(step.resolve(MANIFEST), bytes(files, MANIFEST));
          }
        });
  }

  private static byte[] bytes(Map<String, byte[]> files, String name) {
    return files.getOrDefault(name, new byte[0]);
  }

  private static String text(Map<String, byte[]> files) {
    return new String(bytes(files, MANIFEST), StandardCharsets.UTF_8);
  }

  /** The manifest with a file's size and sum put right, so that what is in the file is read. */
  private static String signed(String manifest, String name, byte[] content) {
    return Pattern.compile(
            "(\"" + Pattern.quote(name) + "\",\\s+\"bytes\" : )\\d+(,\\s+\"sha256\" : \")[0-9a-f]+")
        .matcher(manifest)
        .replaceFirst(found -> found.group(1) + content.length + found.group(2) + sha256(content));
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
