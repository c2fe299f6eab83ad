package dev.fettle.harness.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/** What stands on the page, and in which order. */
class AuditPageTest {
  private static final String OUTLINE =
      """
      h1 Audit of run
      p.sub Steps 1 to 40, looked at after the fact: what was measured, not what will happen.
      p.verdict bad 2 of 6 findings are worth a look: Reward beside the held-out judge, Distance from the reference.
      h2 Findings
      tr reward within
      tr over-optimisation look
      tr kl look
      tr entropy within
      tr length -
      tr clipped -
      tr reward-variance within
      tr critic -
      tr repetition -
      tr time within
      h2 Reward beside the held-out judge
      p.measured
      p.limits
      p.meaning
      p.advice
      h2 Distance from the reference
      p.measured
      p.limits
      p.meaning
      p.advice
      figure Reward and held-out judge: reward judge
      figure Distance from the reference (kl): kl
      figure Entropy, nats: entropy
      figure Deviation of rewards: reward_std
      figure Seconds: timing/rollout
      figure Reward and judge against the distance from the reference: reward judge
      details All that was logged
      h2 Metrics
      """;

  @TempDir private Path dir;

  @Test
  void thePageHasItsParts() throws Exception {
    Path run = Files.createDirectories(dir.resolve("run"));
    StringBuilder text = new StringBuilder();
    // Logged every second step.
    for (int s = 1; s <= 41; s += 2) {
      text.append(
          String.format(
              Locale.ROOT,
              "{\"step\":%d,\"reward\":%d,\"reward_std\":1,\"judge\":%d,\"kl\":%d,\"entropy\":2,"
                  + "\"timing/rollout\":0.5,\"step_time\":1}\n",
              Math.min(s, 40),
              s,
              -s,
              s));
    }
    Files.writeString(run.resolve("metrics.jsonl"), text);
    AuditReport report = Audit.of(run, AuditLimits.DEFAULT);
    report.write();
    String html = Files.readString(report.html());
    assertThat(outline(html)).isEqualTo(OUTLINE);
    assertThat(html).contains("<polyline").doesNotContain("NaN").doesNotContain("null");
    assertThat(html.toLowerCase(Locale.ROOT)).doesNotContain("will collapse", "warning");
  }

  private static String outline(String html)
      throws ParserConfigurationException, IOException, SAXException {
    String xml = html.substring(html.indexOf("<html"));
    Document page =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
    List<String> lines = new ArrayList<>();
    walk(page.getDocumentElement(), lines);
    return String.join("\n", lines) + "\n";
  }

  private static void walk(Element element, List<String> lines) {
    String style = element.getAttribute("class");
    String text = element.getTextContent().strip();
    switch (element.getTagName()) {
      case "h1", "h2" -> lines.add(element.getTagName() + " " + text);
      case "p" -> {
        if (style.equals("sub") || style.startsWith("verdict")) {
          lines.add("p." + style + " " + text);
        } else if (!style.equals("note")) {
          assertThat(text).hasSizeGreaterThan(10).endsWith(".");
          lines.add("p." + style);
        }
      }
      case "tr" -> {
        if (!element.getAttribute("id").isEmpty()) {
          String word = child(element, "td", 0).getTextContent();
          lines.add("tr " + element.getAttribute("id") + " " + (word.isEmpty() ? "-" : word));
        }
      }
      case "figure" -> {
        Element caption = child(element, "figcaption", 0);
        String curves = child(caption, "span", 0).getTextContent().strip();
        lines.add("figure " + child(caption, "b", 0).getTextContent() + ": " + curves);
      }
      case "summary" -> lines.add("details " + text);
      default -> {}
    }
    for (Node n = element.getFirstChild(); n != null; n = n.getNextSibling()) {
      if (n instanceof Element below) {
        walk(below, lines);
      }
    }
  }

  private static Element child(Element of, String tag, int index) {
    return (Element) of.getElementsByTagName(tag).item(index);
  }
}
