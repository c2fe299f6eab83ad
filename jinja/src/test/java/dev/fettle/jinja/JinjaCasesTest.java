package dev.fettle.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The language, construct by construct, against what Python's Jinja gives; cases.json says which
 * version.
 */
class JinjaCasesTest {

  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-03-05T09:07:02.123456Z"), ZoneOffset.UTC);

  @TestFactory
  Stream<DynamicTest> equalsPython() throws IOException {
    ObjectMapper json = new ObjectMapper();
    JsonNode file;
    try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream("cases.json"))) {
      file = json.readTree(in);
    }
    Map<String, Object> variables =
        json.convertValue(file.path("variables"), new TypeReference<>() {});
    return file.path("cases")
        .valueStream()
        .map(
            row -> {
              String template = row.path("template").asText();
              String expected =
                  row.has("text")
                      ? row.path("text").asText()
                      : "error: " + row.path("error").asText();
              return DynamicTest.dynamicTest(
                  template, () -> assertThat(render(template, variables)).isEqualTo(expected));
            });
  }

  private static String render(String template, Map<String, Object> variables) {
    try {
      return JinjaTemplate.parse(template).render(variables, CLOCK).text();
    } catch (TemplateException e) {
      return "error: " + e.reason();
    }
  }
}
