package dev.fettle.models.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.files.AtomicFile;
import dev.fettle.files.FileErrors;
import dev.fettle.files.SmallFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** JSON as model files need it: no duplicate keys, nothing after the value, errors with a line. */
public final class StrictJson {
  /** Nesting is shallow in every model file; names can be as long as a header. */
  public static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(64)
                          .maxNameLength(1 << 20)
                          .build())
                  .build())
          .build();

  /** The index of the largest model in shards has a few. */
  private static final int LARGEST = 64 << 20;

  private StrictJson() {}

  /**
   * The JSON object a file holds.
   *
   * @throws ModelFileException if the file is absent or holds anything else
   */
  public static ObjectNode readObject(Path file) {
    try (JsonParser parser = MAPPER.createParser(SmallFile.bytes(file, LARGEST))) {
      JsonNode tree = parser.readValueAsTree();
      if (tree instanceof ObjectNode object && parser.nextToken() == null) {
        return object;
      }
      throw new ModelFileException(file, "not one JSON object");
    } catch (NoSuchFileException e) {
      throw new ModelFileException(file, "no such file", e);
    } catch (JsonProcessingException e) {
      throw new ModelFileException(file, "not valid JSON: " + reason(e), e);
    } catch (IOException e) {
      throw new ModelFileException(file, "cannot be read: " + FileErrors.reason(e), e);
    }
  }

  /**
   * Writes an object whole or not at all, indented; missing parent directories are made.
   *
   * @throws ModelFileException if it cannot be written
   */
  public static void writeObject(Path file, ObjectNode json) {
    try {
      Path dir = file.toAbsolutePath().getParent();
      if (dir != null) {
        Files.createDirectories(dir);
      }
      AtomicFile.write(file, json.toPrettyString() + "\n");
    } catch (IOException e) {
      throw ModelFileException.unwritten(file, e);
    }
  }

  /** The first line of a parser's complaint, with the place. */
  public static String reason(JsonProcessingException e) {
    String text = FileErrors.parserFault(e.getOriginalMessage());
    JsonLocation at = e.getLocation();
    return at == null ? text : text + " (line " + at.getLineNr() + ")";
  }
}
