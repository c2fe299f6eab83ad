package dev.fettle.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Attacks written by hand; {@link EveryOperationTest} makes those that follow a pattern. */
class TemplateAttacksTest {

  private static final Path CASES =
      Path.of(System.getProperty("fettle.shared", "../../shared")).resolve("cases");

  /** attacks.txt: a template a line; what must come of it after a tab, where that is known. */
  @TestFactory
  Stream<DynamicTest> endsInTime() throws IOException {
    String lines;
    try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream("attacks.txt"))) {
      lines = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    return lines
        .lines()
        .filter(line -> !line.isBlank() && !line.startsWith("//"))
        .map(line -> line.split("\t", 2))
        .map(
            parts ->
                DynamicTest.dynamicTest(
                    parts[0],
                    () -> {
                      String result = Attack.run(parts[0]);
                      if (parts.length > 1) {
                        assertThat(result).contains(parts[1]);
                      }
                    }));
  }

  @TestFactory
  Stream<DynamicTest> attacksFromOutsideEndInTime() throws IOException {
    Path file = CASES.resolve("templates/attacks.jsonl");
    Assumptions.assumeTrue(Files.exists(file), "skipped: no " + file);
    ObjectMapper json = new ObjectMapper();
    return Files.readAllLines(file).stream()
        .map(line -> read(json, line))
        .map(
            row ->
                DynamicTest.dynamicTest(
                    row.path("name").asText(), () -> Attack.run(row.path("template").asText())));
  }

  private static JsonNode read(ObjectMapper json, String line) {
    try {
      return json.readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @TestFactory
  Stream<DynamicTest> fuzzedTemplatesEndInADeclaredError() throws IOException {
    Assumptions.assumeTrue(Files.exists(CASES), "skipped: no " + CASES);
    try (Stream<Path> folders = Files.list(CASES)) {
      List<Path> templates =
          folders
              .filter(folder -> folder.getFileName().toString().startsWith("template-fuzz-"))
              .map(folder -> folder.resolve("t.jinja"))
              .toList();
      return templates.stream()
          .map(
              file ->
                  DynamicTest.dynamicTest(
                      String.valueOf(file.getParent()), () -> Attack.run(Files.readString(file))));
    }
  }

  /** Each of these is long, and was read again from its start for each of its parts. */
  @TestFactory
  Stream<DynamicTest> longSourcesAreReadOnce() {
    Map<String, String> sources = new HashMap<>();
    sources.put("blocks", "{% set a = 1 %}".repeat(33_000));
    sources.put("raw without end", "{% raw %}".repeat(55_000));
    sources.put("raw", "{% raw %}{{{% endraw %}".repeat(21_000));
    sources.put("unclosed comments", "{#".repeat(249_000));
    sources.put("comments", "{##}".repeat(124_000));
    sources.put("braces", "{".repeat(499_000));
    sources.put("spaces before tags", " {% if x %}".repeat(100));
    sources.put("blank lines", "\n ".repeat(200_000) + "{% set a = 1 %}");
    sources.put("digits", "{{ " + "1".repeat(499_000) + " }}");
    sources.put("digits and points", "{{ " + "1.1_".repeat(120_000) + " }}");
    sources.put("hexadecimal digits", "{{ 0x" + "f".repeat(499_000) + " }}");
    sources.put("a real", "{{ 1." + "1".repeat(499_000) + "e-1 }}");
    sources.put("an open string", "{{ '" + "a".repeat(499_000));
    sources.put("escapes", "{{ '" + "\\x41".repeat(120_000) + "'|length }}");
    sources.put("many strings", "{{ " + "'a' ".repeat(120_000) + "}}");
    sources.put("brackets", "{{ " + "(".repeat(499_000));
    sources.put("lists", "{{ " + "[".repeat(200_000) + "]".repeat(200_000) + " }}");
    sources.put("nots", "{{ " + "not ".repeat(120_000) + "x }}");
    sources.put("minuses", "{{ " + "-".repeat(499_000) + "1 }}");
    sources.put("pluses", "{{ " + "1+".repeat(240_000) + "1 }}");
    sources.put("powers", "{{ " + "1**".repeat(160_000) + "1 }}");
    sources.put("concatenations", "{{ " + "1~".repeat(240_000) + "1 }}");
    sources.put("comparisons", "{{ " + "1<".repeat(240_000) + "1 }}");
    sources.put("ands", "{{ " + "1 and ".repeat(80_000) + "1 }}");
    sources.put("attributes", "{{ x" + ".a".repeat(240_000) + " }}");
    sources.put("items", "{{ x" + "[0]".repeat(160_000) + " }}");
    sources.put("calls", "{{ x" + "()".repeat(240_000) + " }}");
    sources.put("filters", "{{ x" + "|e".repeat(240_000) + " }}");
    sources.put("tests", "{{ x" + " is none".repeat(60_000) + " }}");
    sources.put("conditions", "{{ " + "1 if 0 else ".repeat(40_000) + "2 }}");
    sources.put("conditions without else", "{{ 1 " + "if 0 ".repeat(90_000) + " }}");
    sources.put("ifs", "{% if 1 %}".repeat(49_000));
    sources.put("fors", "{% for a in x %}".repeat(31_000));
    sources.put("macros", "{% macro m() %}".repeat(33_000));
    sources.put("targets", "{% set " + "(".repeat(499_000));
    sources.put("names", "{{ " + "ab ".repeat(160_000) + " }}");
    sources.put("arguments", "{{ f(" + "1,".repeat(240_000) + ") }}");
    sources.put("named arguments", "{{ dict(" + "a=1,".repeat(120_000) + ") }}");
    sources.put("elifs", "{% if 0 %}" + "{% elif 0 %}".repeat(40_000) + "{% endif %}");
    sources.put("a dictionary", "{{ {" + "1:2,".repeat(120_000) + "}|length }}");
    sources.put("too long", "x".repeat(600_000));
    return sources.entrySet().stream()
        .map(
            source ->
                DynamicTest.dynamicTest(
                    source.getKey(),
                    () -> {
                      if (source.getKey().equals("too long")) {
                        assertThatExceptionOfType(TemplateException.class)
                            .isThrownBy(() -> JinjaTemplate.parse(source.getValue()))
                            .withMessageContaining("a template of 600,000 characters");
                      } else {
                        Attack.run(source.getValue());
                      }
                    }));
  }

  /** Texts whose Java hashes are equal, and keys of several kinds with that hash. */
  @Test
  void keysThatCollideCostNoMoreThanOthers() {
    List<Object> colliding = new ArrayList<>(List.of(""));
    for (int i = 0; i < 14; i++) {
      List<Object> longer = new ArrayList<>();
      colliding.forEach(text -> longer.add(text + "Aa"));
      colliding.forEach(text -> longer.add(text + "BB"));
      colliding = longer;
    }
    long hash = colliding.get(0).hashCode() & 0xffff_ffffL;
    for (long high = 0; high < 10_000; high++) {
      colliding.add((high << 32) | (hash ^ high));
    }
    String template =
        "{% set ns = namespace(d={}) %}{{ keys|unique|length }}"
            + "{{ keys|map('batch', 1)|list|length if false }}";
    Map<String, Object> variables = Map.of("keys", colliding);
    assertThat(JinjaTemplate.parse(template).render(variables, Clock.systemUTC()).text())
        .isEqualTo("26384");
  }

  @Test
  void limitsAreTheCallersToSet() {
    String template = "{% for i in range(1000) %}{{ i }},{% endfor %}";
    assertThatExceptionOfType(TemplateException.class)
        .isThrownBy(
            () ->
                JinjaTemplate.parse(template, new Limits(1_000, 1_000_000, 1_000, 1_000, 100))
                    .render(Map.of(), Clock.systemUTC()))
        .withMessage(
            "line 1: the template takes more than 1,000 steps; -Dfettle.template.steps=N allows more");
    assertThatExceptionOfType(TemplateException.class)
        .isThrownBy(
            () ->
                JinjaTemplate.parse(template, new Limits(1_000_000, 1_000_000, 1_000, 1_000, 100))
                    .render(Map.of(), Clock.systemUTC()))
        .withMessageContaining("a text of more than 1,000 characters");
    assertThatExceptionOfType(TemplateException.class)
        .isThrownBy(
            () ->
                JinjaTemplate.parse(template, new Limits(1_000_000, 1_000_000, 10_000, 999, 100))
                    .render(Map.of(), Clock.systemUTC()))
        .withMessageContaining("a list of more than 999 items");
    assertThatExceptionOfType(TemplateException.class)
        .isThrownBy(
            () ->
                JinjaTemplate.parse(template, new Limits(1_000_000, 1_000, 10_000, 1_000, 100))
                    .render(Map.of(), Clock.systemUTC()))
        .withMessageContaining("texts and lists of more than 1,000 characters in all");
    assertThat(
            JinjaTemplate.parse(template, new Limits(1_000_000, 1_000_000, 10_000, 1_000, 100))
                .render(Map.of(), Clock.systemUTC())
                .text())
        .hasSize(3_890);
  }

  @Test
  void aThreadWithASmallStackGetsTheDeclaredError() throws InterruptedException {
    List<String> results = new ArrayList<>();
    Thread thread =
        new Thread(
            null,
            () -> {
              try {
                JinjaTemplate.parse("\n{% macro f(n) %}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}")
                    .render(Map.of(), Clock.systemUTC());
              } catch (TemplateException e) {
                results.add(e.getMessage());
              }
            },
            "small stack",
            160 * 1024);
    thread.start();
    thread.join();
    assertThat(results).singleElement().asString().startsWith("line 2: ").contains("without end");
  }
}
