package dev.fettle.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fettle.files.FileErrors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Every file of a checkpoint with its size and SHA-256 ({@code manifest.json}). Its presence says
 * the checkpoint is whole; its own bytes must be exactly what its contents would be written as, so
 * that damage to the manifest shows too.
 *
 * @param format 1
 * @param step optimizer steps taken
 * @param files all others in the directory
 */
record Manifest(int format, long step, List<Entry> files) {
  static final String NAME = "manifest.json";
  static final String MODEL = "model.safetensors";
  static final String OPTIMIZER = "optimizer.safetensors";
  static final String TRAINER = "trainer.json";
  static final String PROVENANCE = "provenance.json";
  static final List<String> FILES = List.of(MODEL, OPTIMIZER, TRAINER, PROVENANCE);

  /** Numbers and names as they are: an unknown or missing key is damage, or another version. */
  static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  private static final int FORMAT = 1;

  record Entry(String name, long bytes, String sha256) {}

  Manifest {
    files = List.copyOf(files);
  }

  /** Describes the files in a directory. */
  static Manifest of(Path dir, long step) throws IOException {
    List<Entry> files = new ArrayList<>();
    for (String name : FILES) {
      Path file = dir.resolve(name);
      files.add(new Entry(name, Files.size(file), Sha256.of(file)));
    }
    return new Manifest(FORMAT, step, files);
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
      byte[] bytes = Files.readAllBytes(file);
      Manifest manifest = JSON.readValue(bytes, Manifest.class);
      if (manifest.format != FORMAT) {
        throw damaged(file, "has format " + manifest.format + ", this version reads " + FORMAT);
      }
      if (!Arrays.equals(bytes, json(manifest))) {
        throw damaged(file, "is damaged: not as it was written");
      }
      if (!manifest.files.stream().map(Entry::name).toList().equals(FILES)) {
        throw damaged(file, "does not name the files of a checkpoint");
      }
      return manifest;
    } catch (JsonProcessingException e) {
      throw damaged(file, "is damaged: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw damaged(file, "cannot be read: " + FileErrors.reason(e));
    }
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
