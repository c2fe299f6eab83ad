package dev.fettle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeedbackCommandTest {

  /** What a server says. */
  private record Said(int status, String body) {}

  @TempDir private Path dir;
  private HttpServer server;
  private final AtomicInteger requests = new AtomicInteger();
  private volatile IntFunction<Said> answers = n -> new Said(200, completion("Verdict: tie"));

  FeedbackCommandTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  @BeforeEach
  void start() throws IOException {
    server.createContext("/", this::answer);
    server.start();
    Files.writeString(
        dir.resolve("rows.jsonl"),
        """
        {"prompt":"one","answers":["a","b"]}
        {"prompt":"two","answers":["c","d"]}
        """);
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    Said said = answers.apply(requests.getAndIncrement());
    byte[] body = said.body().getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(said.status(), body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private static String completion(String text) {
    return "{\"choices\":[{\"message\":{\"content\":\""
        + text
        + "\"}}],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2}}";
  }

  private Path config(String more) throws IOException {
    return Files.writeString(
        dir.resolve("label.yaml"),
        """
        out: out
        rows: rows.jsonl
        judge: { type: endpoint, url: "http://127.0.0.1:%d", model: m, concurrency: 1, backoff: 0.01%s }
        """
            .formatted(server.getAddress().getPort(), more));
  }

  private Invocation label(String more, String... options) throws IOException {
    return Invocation.of(
        Stream.concat(Stream.of("feedback", "label", config(more).toString()), Stream.of(options))
            .toArray(String[]::new));
  }

  @Test
  void theSummarySaysWhatCameOfIt() throws IOException {
    // Both orders of each row: one that agrees, one in which the first wins twice.
    List<String> said = List.of("Verdict: B", "Verdict: A", "Verdict: A", "mumble", "Verdict: A");
    answers = n -> n == 0 ? new Said(503, "{}") : new Said(200, completion(said.get((n - 1) % 5)));
    Invocation made = label("");
    assertThat(made.err()).isEmpty();
    assertThat(made.code()).isZero();
    assertThat(made.out())
        .contains("1 pairs from 2 rows.")
        .contains("1 verdicts depend on the order: 1 for whichever stood first, 0 for")
        .contains("4 questions, 1 malformed answers, 1 retries; 25 tokens asked, 10 answered.")
        .contains("The pairs are in " + dir.resolve("out/pairs.jsonl"));
    assertThat(Files.readString(dir.resolve("out/pairs.jsonl")))
        .contains("\"chosen\":\"b\",\"rejected\":\"a\"");
    int asked = requests.get();
    assertThat(label("").out()).contains("holds all 2 rows already");
    assertThat(requests).hasValue(asked);
    Invocation other = label("", "--set", "label.bothOrders=false");
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("log.jsonl was begun otherwise");
  }

  @Test
  void whatNobodyCanReadIsUndecided() throws IOException {
    answers = n -> new Said(200, "<html>");
    Invocation made = label(", attempts: 2");
    assertThat(made.code()).isZero();
    assertThat(made.out())
        .contains("0 pairs from 2 rows.")
        .contains("2 are undecided: no answer of the judge could be read")
        .contains("4 questions, 8 malformed answers")
        .contains("warning: there is no pair to train on");
    assertThat(Files.readString(dir.resolve("out/log.jsonl")))
        .contains("a web page in place of JSON");
  }

  @Test
  void mistakesAreToldByFileLineAndKey() throws IOException {
    Path file =
        Files.writeString(
            dir.resolve("bad.yaml"),
            """
            out: out
            rows: absent.jsonl
            constitution: nowhere.yaml
            judge: { type: endpoint, url: "ftp://x", modle: m }
            label: { by: votes }
            """);
    Invocation made = Invocation.of("feedback", "label", file.toString());
    assertThat(made.code()).isEqualTo(2);
    assertThat(made.err())
        .contains("bad.yaml:2: rows")
        .contains("bad.yaml:3: constitution")
        .contains("bad.yaml:4: judge.url: is no http or https address")
        .contains("bad.yaml:4: judge.modle: unknown key")
        .contains("bad.yaml:5: label.by: expected one of comparison, score, got 'votes'");
    Invocation revise = Invocation.of("feedback", "revise", config("").toString());
    assertThat(revise.code()).isEqualTo(2);
    assertThat(revise.err()).contains("judge: unknown key").contains("writer.model: is missing");
  }

  @Test
  void aConstitutionIsToldOfByItsOwnLines() throws IOException {
    Path rules = Files.writeString(dir.resolve("rules.yaml"), "principles:\n  - { name: a }\n");
    Invocation made = label("", "--set", "constitution=" + rules);
    assertThat(made.code()).isEqualTo(2);
    assertThat(made.err()).contains("rules.yaml:2: principles.critique: is missing");
    assertThat(requests).hasValue(0);
  }

  @Test
  void whatFailedInSpiteOfTheUserIsAnother() throws IOException {
    answers = n -> new Said(500, "{\"error\":\"out of order\"}");
    Invocation failed = label(", retries: 1");
    assertThat(failed.code()).isEqualTo(1);
    assertThat(failed.err())
        .startsWith("fettle: http://127.0.0.1:")
        .contains("does not answer: status 500: out of order (tried 2 times)")
        .doesNotContain("\tat ");
    answers = n -> new Said(401, "{\"error\":\"who are you\"}");
    Invocation refused = label("");
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("who are you; name the environment variable");
    server.stop(0);
    Invocation nobody = label(", retries: 0");
    assertThat(nobody.code()).isEqualTo(1);
    assertThat(nobody.err()).contains("no connection is accepted there; is it running?");
  }

  /** A server that repeats the key in all it says; any variable of this process can hold one. */
  @Test
  void theKeyIsNowhere() throws IOException {
    Map.Entry<String, String> variable =
        System.getenv().entrySet().stream()
            .filter(
                e -> e.getKey().matches("[A-Z_]+") && e.getValue().matches("[!-~&&[^\"\\\\]]{9,}"))
            .filter(e -> !dir.toString().contains(e.getValue()))
            .findFirst()
            .orElseThrow();
    String key = variable.getValue();
    String more = ", apiKeyEnv: " + variable.getKey();
    answers =
        n ->
            n % 3 == 0
                ? new Said(500, "{\"error\":\"" + key + "\"}")
                : new Said(200, completion("I saw " + key + ". Verdict: A"));
    for (String option : List.of("--verbose", "--set=seed=1")) {
      Invocation made = label(more + ", retries: 1", option, "--set=out=" + dir.resolve(option));
      assertThat(made.out() + made.err()).doesNotContain(key);
    }
    answers = n -> new Said(401, "{\"error\":\"not " + key + "\"}");
    Invocation refused = label(more, "--verbose", "--set=out=" + dir.resolve("third"));
    assertThat(refused.err()).contains("(the API key)").doesNotContain(key);
    try (Stream<Path> files = Files.walk(dir)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file)).as(file.toString()).doesNotContain(key);
      }
    }
  }

  @Test
  void theCommandsAreExplained() {
    assertThat(Invocation.of("feedback").out()).contains("label", "revise");
    assertThat(Invocation.of("feedback", "label", "--help").out()).contains("--set=KEY=VALUE");
  }
}
