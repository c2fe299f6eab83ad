package dev.fettle.harness.compare;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.xml.sax.SAXException;

class ComparisonReportTest {
  private static final RunTrace A = MadeUpRuns.run("tensorflow", 50, i -> 4.0 / i);
  private static final RunTrace B = MadeUpRuns.run("onnxruntime", 50, i -> 4.0 / i + 1e-6);
  private static final RunTrace DIVERGED =
      MadeUpRuns.run("reference", 2000, i -> i > 1000 ? Double.NaN : 4.0 / i);
  private static final RunTrace FAILED = RunTrace.failed("broken", "no <driver> & no luck");

  @TempDir private Path dir;

  @Test
  void everyTwoFinishedRunsAreAPair() {
    ComparisonReport report = MadeUpRuns.report(A, B, DIVERGED, FAILED);
    assertThat(report.pairs()).hasSize(3);
    assertThat(report.agreed()).isFalse();
    assertThat(report.failures()).containsExactly(FAILED);
    assertThat(MadeUpRuns.report(A, B).agreed()).isTrue();
    assertThat(MadeUpRuns.report(A, FAILED).agreed()).isFalse();
  }

  @Test
  void speedLeavesTheFirstStepOut() {
    assertThat(A.tokensPerSecond()).isEqualTo(200);
    assertThat(A.medianStepSeconds()).isEqualTo(0.5);
    assertThat(MadeUpRuns.run("a", 1, i -> 1).medianStepSeconds()).isEqualTo(3);
    assertThat(FAILED.medianStepSeconds()).isNaN();
    assertThat(FAILED.tokensPerSecond()).isNaN();
  }

  @Test
  void theJsonHasTheDocumentedFields() throws IOException {
    Path file = dir.resolve("compare.json");
    Traces.write(MadeUpRuns.report(A, B, FAILED), file);
    JsonNode json = new ObjectMapper().readTree(file.toFile());
    assertThat(json.fieldNames())
        .toIterable()
        .containsExactly("name", "created", "agreed", "tolerance", "pairs", "runs", "config");
    assertThat(json.at("/pairs/0/maxLoss").asDouble()).isBetween(0.9e-6, 1.1e-6);
    assertThat(json.at("/runs/0/tokensPerSecond").asDouble()).isEqualTo(200);
    assertThat(json.at("/runs/0/facts/peakMemoryBytes").asLong()).isEqualTo(512L << 20);
    assertThat(json.at("/runs/1/steps/49/loss").isNumber()).isTrue();
    assertThat(json.at("/runs/2/failure/message").asText()).isEqualTo("no <driver> & no luck");
  }

  @Test
  void aTraceComesBackFromItsFile() throws IOException {
    Path file = dir.resolve("trace.json");
    Traces.write(DIVERGED, file);
    assertThat(Traces.read(file)).isEqualTo(DIVERGED);
    Traces.write(FAILED, file);
    assertThat(Traces.read(file)).isEqualTo(FAILED);
    assertThat(Traces.row(Traces.line(A.steps().get(3)))).isEqualTo(A.steps().get(3));
  }

  @Test
  void thePageIsWellFormedAndNeedsNothingElse() throws Exception {
    String page = ComparisonPage.of(MadeUpRuns.report(A, B, DIVERGED, FAILED));
    assertThat(page).doesNotContain("http", "src=", "href=", "url(", "@import", "<script", "NaN,");
    Document parsed = parsed(page);
    assertThat(parsed.getElementsByTagName("svg").getLength()).isEqualTo(4);
    assertThat(page).contains("no &lt;driver&gt; &amp; no luck", "a &amp; b", "tolerance 2e-5");
    // 2000 steps are thinned.
    assertThat(page.length()).isLessThan(300_000);
  }

  @Test
  void thePageStandsWithoutAnyStep() throws Exception {
    String page = ComparisonPage.of(MadeUpRuns.report(FAILED, RunTrace.failed("other", "too")));
    assertThat(parsed(page).getElementsByTagName("svg").getLength()).isZero();
    RunTrace same = MadeUpRuns.run("same", 1, i -> 4.0);
    RunTrace again = MadeUpRuns.run("again", 1, i -> 4.0);
    assertThat(parsed(ComparisonPage.of(MadeUpRuns.report(same, again)))).isNotNull();
  }

  private static Document parsed(String page)
      throws ParserConfigurationException, IOException, SAXException {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(page.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void theTableHasAColumnForEachRunAndAVerdict() {
    String table = ComparisonTable.of(MadeUpRuns.report(A, B));
    assertThat(table)
        .contains("tensorflow and onnxruntime over 50 steps", "within 2e-5 and 2e-6")
        .contains("512 MiB", "500 ms", "tokens/s")
        .endsWith("agree within the tolerance.\n");
    assertThat(ComparisonTable.of(MadeUpRuns.report(A, DIVERGED)))
        .contains("OUTSIDE", "they took 50 and 2000 steps");
    assertThat(ComparisonTable.of(MadeUpRuns.report(A, FAILED)))
        .contains("broken failed: no <driver> & no luck", "1 of 2 runs failed.");
  }

  @Test
  void readsThePeakFromAStatus() {
    assertThat(PeakMemory.in("VmPeak:\t 9 kB\nVmHWM:\t    1234 kB\n")).isEqualTo(1234L * 1024);
    assertThat(PeakMemory.in("Name:\tjava\n")).isNull();
  }
}
