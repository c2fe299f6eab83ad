package dev.fettle.models.weights;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.models.config.StrictJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The JSON header of a safetensors file, checked against every rule of the format: an attacker's
 * file can at most hold wrong numbers.
 *
 * @param tensors by name, in the order of their bytes
 * @param metadata the strings under {@code __metadata__}
 */
record SafetensorsHeader(Map<String, StoredTensor> tensors, Map<String, String> metadata) {
  private static final String METADATA = "__metadata__";
  private static final String REMEDY = "; the file is damaged or not safetensors: fetch it again";

  /**
   * Parses and checks a header.
   *
   * @param file named in errors
   * @param json the header's bytes
   * @param dataBytes the size of the data after the header
   * @throws ModelFileException naming the first tensor that breaks a rule
   */
  static SafetensorsHeader parse(Path file, ByteBuffer json, long dataBytes) {
    return new HeaderParser(file).parse(decode(file, json), dataBytes);
  }

  private static String decode(Path file, ByteBuffer json) {
    if (!json.hasRemaining() || json.get(json.position()) != '{') {
      throw new ModelFileException(file, "the header does not start with '{'" + REMEDY);
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(json).toString();
    } catch (CharacterCodingException e) {
      throw new ModelFileException(file, "the header is not UTF-8" + REMEDY, e);
    }
  }

  private static final class HeaderParser {
    private final Path file;
    private final List<StoredTensor> tensors = new ArrayList<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    HeaderParser(Path file) {
      this.file = file;
    }

    SafetensorsHeader parse(String json, long dataBytes) {
      try (JsonParser parser = StrictJson.MAPPER.createParser(json)) {
        parser.nextToken();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          entry(parser.currentName(), parser);
        }
        if (parser.nextToken() != null) {
          throw new ModelFileException(file, "the header holds more than one JSON object" + REMEDY);
        }
      } catch (JsonProcessingException e) {
        throw new ModelFileException(
            file, "the header is not valid JSON: " + StrictJson.reason(e) + REMEDY, e);
      } catch (IOException e) {
        throw new ModelFileException(file, "the header cannot be read: " + e.getMessage(), e);
      }
      tensors.sort(
          Comparator.comparingLong(StoredTensor::begin).thenComparingLong(StoredTensor::end));
      checkCover(dataBytes);
      Map<String, StoredTensor> byName = new LinkedHashMap<>();
      tensors.forEach(t -> byName.put(t.name(), t));
      return new SafetensorsHeader(
          Collections.unmodifiableMap(byName), Collections.unmodifiableMap(metadata));
    }

    private void entry(String name, JsonParser parser) throws IOException {
      parser.nextToken();
      JsonNode value = parser.readValueAsTree();
      if (name.equals(METADATA)) {
        metadata(value);
      } else {
        tensors.add(tensor(name, value));
      }
    }

    private void metadata(JsonNode value) {
      if (!value.isObject()) {
        throw new ModelFileException(file, METADATA + " is not a JSON object of strings" + REMEDY);
      }
      value
          .properties()
          .forEach(
              e -> {
                if (!e.getValue().isTextual()) {
                  throw new ModelFileException(
                      file, METADATA + " '" + e.getKey() + "' is not a string" + REMEDY);
                }
                metadata.put(e.getKey(), e.getValue().textValue());
              });
    }

    private StoredTensor tensor(String name, JsonNode value) {
      if (!value.isObject()) {
        throw broken(name, "its entry is not a JSON object");
      }
      JsonNode dtype = value.path("dtype");
      StoredType type =
          StoredType.named(dtype.asText())
              .orElseThrow(() -> broken(name, "dtype " + shown(dtype) + " is not known"));
      List<Long> shape = naturals(name, "shape", value.path("shape"));
      List<Long> offsets = naturals(name, "data_offsets", value.path("data_offsets"));
      if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
        throw broken(
            name, "data_offsets " + offsets + " are not a begin and an end that is not before it");
      }
      StoredTensor t = new StoredTensor(name, type, shape, offsets.get(0), offsets.get(1));
      long need = bytesOf(t);
      if (need != t.bytes()) {
        throw broken(
            name,
            type.name() + shape + " needs " + need + " bytes, data_offsets span " + t.bytes());
      }
      return t;
    }

    private List<Long> naturals(String name, String key, JsonNode value) {
      if (!value.isArray()) {
        throw broken(name, key + " is not a list of whole numbers");
      }
      List<Long> numbers = new ArrayList<>();
      for (JsonNode n : value) {
        if (!n.isIntegralNumber() || !n.canConvertToLong() || n.longValue() < 0) {
          throw broken(name, key + " holds " + shown(n) + ", not a whole number from 0");
        }
        numbers.add(n.longValue());
      }
      return List.copyOf(numbers);
    }

    private long bytesOf(StoredTensor t) {
      try {
        long bits = t.type().bits();
        // Zero first: [huge, huge, 0] is an empty tensor, not an overflow.
        if (t.shape().contains(0L)) {
          return 0;
        }
        for (long size : t.shape()) {
          bits = Math.multiplyExact(bits, size);
        }
        if (bits % 8 != 0) {
          throw broken(t.name(), t.type().name() + t.shape() + " does not fill whole bytes");
        }
        return bits / 8;
      } catch (ArithmeticException e) {
        throw broken(t.name(), "shape " + t.shape() + " is too large for any file");
      }
    }

    private void checkCover(long dataBytes) {
      for (StoredTensor t : tensors) {
        if (t.end() > dataBytes) {
          throw broken(
              t.name(),
              "its data ends at byte " + t.end() + " but the file holds only " + dataBytes);
        }
      }
      long covered = 0;
      String previous = "the header";
      for (StoredTensor t : tensors) {
        if (t.begin() < covered) {
          throw broken(t.name(), "its data overlaps that of " + previous);
        }
        if (t.begin() > covered) {
          throw broken(
              t.name(), "bytes " + covered + " to " + t.begin() + " before its data are unused");
        }
        covered = t.end();
        previous = "tensor '" + t.name() + "'";
      }
      if (covered != dataBytes) {
        throw new ModelFileException(
            file, (dataBytes - covered) + " bytes after " + previous + " are unused" + REMEDY);
      }
    }

    private static String shown(JsonNode value) {
      String text = value.isMissingNode() ? "(absent)" : value.toString();
      return text.length() <= 60 ? text : text.substring(0, 60) + "...";
    }

    private ModelFileException broken(String tensor, String problem) {
      return new ModelFileException(file, "tensor '" + tensor + "': " + problem + REMEDY);
    }
  }
}
