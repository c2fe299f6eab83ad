package dev.fettle.harness.audit;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.read.DataException;
import dev.fettle.files.AtomicFile;
import dev.fettle.files.FileErrors;
import dev.fettle.settings.SettingsWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What an audit found.
 *
 * @param run the run's directory
 * @param from the first step that was logged
 * @param to the last one
 * @param findings in a fixed order, those included that the run did not measure
 * @param logged every metric of the run
 * @param notes what whoever reads the numbers should know
 * @param limits what the numbers were held against
 */
public record AuditReport(
    Path run,
    long from,
    long to,
    List<Finding> findings,
    List<Logged> logged,
    List<String> notes,
    AuditLimits limits) {
  private static final String HTML = "audit.html";
  private static final String JSON = "audit.json";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /**
   * A metric of the run.
   *
   * @param steps at which it was logged
   * @param values of these steps, finite ones alone
   * @param start the mean of the first values; NaN if there are none
   * @param end the mean of the last values
   */
  public record Logged(
      String name, List<Long> steps, List<Double> values, double start, double end) {
    /** Copies the lists. */
    public Logged {
      steps = List.copyOf(steps);
      values = List.copyOf(values);
    }
  }

  /** Copies the lists. */
  public AuditReport {
    findings = List.copyOf(findings);
    logged = List.copyOf(logged);
    notes = List.copyOf(notes);
  }

  /**
   * A finding by its id.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Finding finding(String id) {
    return findings.stream()
        .filter(f -> f.id().equals(id))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no finding '" + id + "'"));
  }

  /** Those worth a look. */
  public List<Finding> notable() {
    return findings.stream().filter(f -> f.verdict() == Finding.Verdict.NOTABLE).toList();
  }

  /** The page, where {@link #write} puts it. */
  public Path html() {
    return run.resolve(HTML);
  }

  /** For programs. A number that is none, or infinite, is a text. */
  public String json() {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("run", run.toString()).put("from_step", from).put("to_step", to);
    ArrayNode all = root.putArray("findings");
    for (Finding f : findings) {
      ObjectNode node = all.addObject();
      node.put("id", f.id()).put("title", f.title());
      node.put("verdict", f.verdict().name().toLowerCase(Locale.ROOT))
          .put("measured", f.measured());
      node.put("from", f.from()).put("to", f.to());
      ObjectNode numbers = node.putObject("numbers");
      f.numbers().forEach((name, value) -> put(numbers, name, value));
      node.put("limits", f.limits()).put("meaning", f.meaning()).put("advice", f.advice());
    }
    ObjectNode metrics = root.putObject("metrics");
    for (Logged m : logged) {
      ObjectNode node = metrics.putObject(m.name()).put("logged", m.steps().size());
      put(node, "start", m.start());
      put(node, "end", m.end());
    }
    notes.forEach(root.putArray("notes")::add);
    JsonNode held = MAPPER.valueToTree(new SettingsWriter<>(AuditLimits.KEYS).values(limits));
    root.set("limits", held);
    return pretty(root);
  }

  private static void put(ObjectNode node, String name, double value) {
    if (Double.isFinite(value)) {
      node.put(name, value);
    } else {
      node.put(name, Double.toString(value));
    }
  }

  private static String pretty(JsonNode root) {
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
    printer.indentArraysWith(new DefaultIndenter("  ", "\n"));
    printer.indentObjectsWith(new DefaultIndenter("  ", "\n"));
    try {
      return MAPPER.writer(printer).writeValueAsString(root) + "\n";
    } catch (IOException e) {
      throw new IllegalStateException("a tree is plain values", e);
    }
  }

  /**
   * Writes {@code audit.html} and {@code audit.json} into the run's directory.
   *
   * @throws DataException if they cannot be written
   */
  public void write() {
    try {
      AtomicFile.write(html(), AuditPage.of(this));
      AtomicFile.write(run.resolve(JSON), json());
    } catch (IOException e) {
      throw new DataException(html() + " cannot be written: " + FileErrors.reason(e), e);
    }
  }
}
