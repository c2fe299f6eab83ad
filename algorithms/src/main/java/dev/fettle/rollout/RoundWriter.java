package dev.fettle.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.files.AtomicFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A file of rows that is there whole or not at all. */
public final class RoundWriter implements AutoCloseable {
  private final Path path;
  private final AtomicFile file;
  private final OutputStream out;

  private RoundWriter(Path path, AtomicFile file) {
    this.path = path;
    this.file = file;
    this.out = file.stream();
  }

  /**
   * Begins a file.
   *
   * @throws dev.fettle.data.read.DataException if it cannot be written
   */
  public static RoundWriter begin(Path path) {
    try {
      return new RoundWriter(path, AtomicFile.begin(path));
    } catch (IOException e) {
      throw SampleLog.unwritable(path, e);
    }
  }

  /** Adds a row. */
  public void add(JsonNode row) {
    try {
      out.write((row + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw SampleLog.unwritable(path, e);
    }
  }

  /** Puts the file in its place. */
  public void finish() {
    try {
      out.flush();
      file.commit();
    } catch (IOException e) {
      throw SampleLog.unwritable(path, e);
    }
  }

  /** Writes a file of one object. */
  public static void whole(Path path, ObjectNode content) {
    try {
      AtomicFile.write(path, content.toPrettyString() + "\n");
    } catch (IOException e) {
      throw SampleLog.unwritable(path, e);
    }
  }

  /** Puts a number, or null for what is none: JSON has no other word for it. */
  public static void number(ObjectNode row, String name, double value) {
    if (Double.isFinite(value)) {
      row.put(name, value);
    } else {
      row.putNull(name);
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
