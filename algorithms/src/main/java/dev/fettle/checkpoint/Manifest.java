package dev.fettle.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fettle.files.FileErrors;
import dev.fettle.files.SmallFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Every file of a checkpoint with its size and SHA-256 ({@code manifest.json}). Its presence says
 * the checkpoint is whole; its own bytes must be exactly what its contents would be written as, so
 * that damage to the manifest shows too.
 *
 * @param format 2
 * @param step optimizer steps taken
 * @param model the file of the model's weights
 * @param files all others in the directory, by name
 */
record Manifest(int format, long step, String model, List<Entry> files) {
  static final String NAME = "manifest.json";
  static final String OPTIMIZER = "optimizer.safetensors";
  static final String TRAINER = "trainer.json";
  static final String PROVENANCE = "provenance.json";

  /** What every checkpoint has besides its model. */
  private static final List<String> OWN = List.of(OPTIMIZER, TRAINER, PROVENANCE);

  /** Numbers and names as they are: an unknown or missing key is damage, or another version. */
  static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  private static final int FORMAT = 2;

  /** A manifest has a kilobyte, a provenance a line for each data file. */
  static final int LARGEST = 16 << 20;

  record Entry(String name, long bytes, String sha256) {}

  Manifest {
    files = List.copyOf(files);
  }

  /** Describes the files in a directory. */
  static Manifest of(Path dir, long step, String model) throws IOException {
    List<Entry> files = new ArrayList<>();
    try (Stream<Path> all = Files.walk(dir)) {
      for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
        String name = dir.relativize(file).toString().replace('\\', '/');
        files.add(new Entry(name, Files.size(file), Sha256.of(file)));
      }
    }
    return new Manifest(FORMAT, step, model, files);
  }

  static byte[] json(Object record) {
    try {
      String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(record) + "\n";
      return text.replace(System.lineSeparator(), "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record of plain values can always be written", e);
    }
  }

  /**
   * Reads and checks a checkpoint's manifest, not yet the files it names.
   *
   * @throws CheckpointException if it is missing or damaged
   */
  static Manifest read(Path dir) {
    Path file = dir.resolve(NAME);
    try {
      byte[] bytes = SmallFile.bytes(file, LARGEST);
      requireFormat(file, JSON.readTree(bytes).path("format").asInt());
      Manifest manifest = JSON.readValue(bytes, Manifest.class);
      if (!Arrays.equals(bytes, json(manifest))) {
        throw damaged(file, "is damaged: not as it was written");
      }
      manifest.requireFiles(file);
      return manifest;
    } catch (JsonProcessingException e) {
      throw damaged(file, "is damaged: " + FileErrors.parserFault(e.getOriginalMessage()));
    } catch (IOException e) {
      throw damaged(file, "cannot be read: " + FileErrors.reason(e));
    }
  }

  private static void requireFormat(Path file, int format) {
    if (format == 1) {
      throw damaged(
          file,
          "is of an earlier version of Fettle, which wrote no model directories; go on with that"
              + " version, or start a new run from its weights: copy config.json and the tokenizer's"
              + " files of the base model beside them, and name that directory as model.path");
    }
    if (format != FORMAT) {
      throw damaged(file, "has format " + format + ", this version reads " + FORMAT);
    }
  }

  /** Its files must be within the directory: a checkpoint may come from a stranger. */
  private void requireFiles(Path file) {
    List<String> names = files.stream().map(Entry::name).toList();
    boolean within = names.stream().allMatch(Manifest::isWithin);
    if (!within || !names.containsAll(OWN) || !names.contains(model)) {
      throw damaged(file, "does not name the files of a checkpoint");
    }
  }

  private static boolean isWithin(String name) {
    return !name.isEmpty()
        && name.chars().noneMatch(c -> c == '\\' || c == ':' || c < ' ')
        && Stream.of(name.split("/", -1)).noneMatch(p -> p.isEmpty() || p.equals(".."));
  }

  /**
   * Checks that the files are there and have the right size; quick.
   *
   * @throws CheckpointException naming the first that is not
   */
  void checkSizes(Path dir) {
    for (Entry e : files) {
      Path file = dir.resolve(e.name);
      try {
        long size = Files.size(file);
        if (size != e.bytes) {
          throw damaged(file, "is " + size + " bytes long, should be " + e.bytes);
        }
      } catch (IOException x) {
        throw damaged(file, "cannot be read: " + FileErrors.reason(x));
      }
    }
  }

  /**
   * Checks sizes and contents; reads every file.
   *
   * @throws CheckpointException naming the first that differs
   */
  void verify(Path dir) {
    checkSizes(dir);
    for (Entry e : files) {
      Path file = dir.resolve(e.name);
      try {
        String found = Sha256.of(file);
        if (!found.equals(e.sha256)) {
          throw damaged(file, "is damaged: SHA-256 " + found + ", should be " + e.sha256);
        }
      } catch (IOException x) {
        throw damaged(file, "cannot be read: " + FileErrors.reason(x));
      }
    }
  }

  private static CheckpointException damaged(Path file, String what) {
    return new CheckpointException(file + " " + what);
  }
}
