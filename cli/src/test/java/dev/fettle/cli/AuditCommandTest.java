package dev.fettle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An audit on the command line. */
class AuditCommandTest {
  @TempDir private Path dir;

  private void metrics(String row) throws IOException {
    Files.writeString(
        dir.resolve("metrics.jsonl"),
        IntStream.rangeClosed(1, 50)
            .mapToObj(s -> row.replace("#", Integer.toString(s)) + "\n")
            .collect(Collectors.joining()));
  }

  private Invocation audit(String... more) {
    String[] args = new String[more.length + 2];
    args[0] = "audit";
    args[1] = dir.toString();
    System.arraycopy(more, 0, args, 2, more.length);
    return Invocation.of(args);
  }

  private static void refused(Invocation i, String... parts) {
    assertThat(i.err()).startsWith("fettle: ").contains(parts).doesNotContain("\tat ");
    assertThat(i.code()).isEqualTo(2);
  }

  @Test
  void whatIsWorthALookIsToldWithWhatToTry() throws IOException {
    metrics("{\"step\":#,\"reward\":#,\"kl\":#,\"entropy\":2}");
    Invocation i = audit();
    assertThat(i.err()).isEmpty();
    assertThat(i.code()).as("also where something is worth a look").isZero();
    assertThat(i.out())
        .contains("steps 1 to 50, looked at after the fact")
        .contains("look   Distance from the reference", "kl from 5.500 to 45.500, largest 50.000")
        .contains("limit: kl at most 10.000 at the end", "may mean: ", "try: ")
        .contains("within Entropy", "-      What the critic explains")
        .contains("1 of 3 findings are worth a look: Distance from the reference.")
        .contains("audit.html");
    assertThat(dir.resolve("audit.html")).content().contains("<polyline");
    assertThat(audit("--set", "kl=100", "--set", "klGrowth=200").out())
        .contains("All 3 findings are within their limits.");
  }

  @Test
  void programsReadJson() throws IOException {
    metrics("{\"step\":#,\"reward\":#,\"kl\":#}");
    Invocation i = audit("--json");
    JsonNode json = new ObjectMapper().readTree(i.out());
    assertThat(json.path("findings").path(2).path("verdict").textValue()).isEqualTo("notable");
    assertThat(Files.readString(dir.resolve("audit.json"))).isEqualTo(i.out());
  }

  @Test
  void whatCannotBeAuditedIsRefused() throws IOException {
    refused(audit(), "metrics.jsonl: no such file", "track: [jsonl]");
    metrics("");
    refused(audit(), "metrics.jsonl is empty");
    metrics("{\"step\":#,");
    refused(audit(), "metrics.jsonl:1: is no row of metrics");
    metrics("{\"step\":#,\"kl\":#}");
    refused(audit("--set", "kl=much"), "--set kl=much: kl: expected a number");
    refused(audit("--set", "klGrwoth=1"), "did you mean 'klGrowth'?");
    refused(Invocation.of("audit", dir.resolve("x").toString()), "no such directory");
    Files.writeString(dir.resolve("recipe.json"), "{}");
    refused(audit(), "is the directory of a recipe; give that of one of its stages");
  }
}
