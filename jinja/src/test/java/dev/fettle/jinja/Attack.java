package dev.fettle.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;

/** A template that wants time, memory, or an error nobody declared; and what must come of it. */
final class Attack {

  static final Map<String, Object> VARIABLES =
      Map.of(
          "messages",
          List.of(
              Map.of("role", "user", "content", "a question"),
              Map.of("role", "assistant", "content", "an answer")),
          "x",
          "text");

  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-03-05T09:07:02Z"), ZoneOffset.UTC);

  private Attack() {}

  /**
   * Parses and renders: a text, or the declared error with a line. This JVM's heap bounds the
   * memory; of time, the processor's is counted, so that a busy machine makes no difference.
   *
   * @param seconds the most it may take
   * @return the text, or "error: " and the message
   */
  static String run(String template, Limits limits, double seconds) {
    long start = cpu();
    String result;
    try {
      result = JinjaTemplate.parse(template, limits).render(VARIABLES, CLOCK).text();
    } catch (TemplateException e) {
      result = "error: " + e.getMessage();
      assertThat(e.line()).as("line of: %s", e.getMessage()).isPositive();
      assertThat(e.getMessage()).hasSizeLessThan(1_200);
      // Bounds are what ends an attack, not the heap or the stack; those are for what we overlook.
      assertThat(e.getCause()).as("unforeseen in %s", shortened(template)).isNull();
    }
    assertThat((cpu() - start) / 1e9).as("seconds of %s", shortened(template)).isLessThan(seconds);
    return result;
  }

  static String run(String template) {
    return run(template, Limits.standard(), 2);
  }

  private static long cpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  static String shortened(String template) {
    return template.length() < 2_000
        ? template
        : template.substring(0, 1_000) + " ... " + template.substring(template.length() - 900);
  }
}
