package dev.fettle.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;

/**
 * The real models and golden values beside the checkout; tests that need them are skipped where
 * they are absent.
 */
final class SharedData {

  private static final ObjectMapper JSON = new ObjectMapper();

  private SharedData() {}

  /** A file or directory under {@code shared/data}. */
  static Path path(String relative) {
    return require("data/" + relative);
  }

  /** A file or directory under {@code shared/cases}: inputs that once went wrong. */
  static Path cases(String relative) {
    return require("cases/" + relative);
  }

  private static Path require(String relative) {
    Path path = Path.of(System.getProperty("fettle.shared", "../../shared")).resolve(relative);
    if (!Files.exists(path)) {
      System.out.println("skipped: no " + path);
      Assumptions.abort("no " + path);
    }
    return path;
  }

  static String text(String relative) {
    try {
      return Files.readString(path(relative));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The lines of a JSONL file, gzipped or not. */
  static List<JsonNode> rows(String relative) {
    List<JsonNode> rows = new ArrayList<>();
    try (InputStream file = Files.newInputStream(path(relative));
        InputStream plain = relative.endsWith(".gz") ? new GZIPInputStream(file) : file;
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(plain, StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        rows.add(JSON.readTree(line));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }
}
