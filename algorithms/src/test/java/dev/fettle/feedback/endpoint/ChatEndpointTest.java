package dev.fettle.feedback.endpoint;

import static dev.fettle.feedback.endpoint.PlayedServer.completion;
import static dev.fettle.feedback.endpoint.PlayedServer.send;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.fettle.feedback.AiJudge;
import dev.fettle.feedback.Choice;
import dev.fettle.feedback.Comparison;
import dev.fettle.feedback.FeedbackException;
import dev.fettle.feedback.Principle;
import dev.fettle.feedback.Question;
import dev.fettle.feedback.Reply;
import dev.fettle.feedback.RespondentJudge;
import dev.fettle.feedback.Usage;
import dev.fettle.feedback.Verdict;
import dev.fettle.feedback.endpoint.ChatEndpoint.Surroundings;
import dev.fettle.feedback.endpoint.PlayedServer.Play;
import dev.fettle.settings.ConfigException;
import dev.fettle.settings.SettingsReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server may do, right and wrong; nothing here waits but for the clock of the test. */
@Timeout(60)
class ChatEndpointTest {
  private static final Question QUESTION = Question.of("Who is there?", "");
  private static final Comparison PAIR = new Comparison("p", "x", "y", Principle.of("n", "c", "r"));

  @TempDir private Path dir;

  private final FakeTime time = new FakeTime();
  private final Map<String, String> environment = new HashMap<>();
  private final AtomicBoolean stop = new AtomicBoolean();

  private ChatEndpoint open(String url, Map<String, Object> settings) {
    Map<String, Object> all = new HashMap<>(Map.of("url", url, "model", "m", "concurrency", 1));
    all.putAll(settings);
    return new ChatEndpoint(
        new SettingsReader<>(EndpointSettings.KEYS).values(all),
        new Surroundings(environment, time, stop::get));
  }

  private Reply ask(Play play, Map<String, Object> settings) throws IOException {
    try (PlayedServer server = new PlayedServer(play);
        ChatEndpoint endpoint = open(server.url(), settings)) {
      return endpoint.answer(List.of(QUESTION)).get(0);
    }
  }

  private Reply ask(Play play) throws IOException {
    return ask(play, Map.of());
  }

  private static void ok(HttpExchange exchange) throws IOException {
    send(exchange, 200, completion("It is me."));
  }

  @Test
  void anAnswerComesWithWhatItTook() throws IOException {
    Reply reply = ask((n, exchange) -> ok(exchange));
    assertThat(reply.text()).isEqualTo("It is me.");
    assertThat(reply.fault()).isEmpty();
    assertThat(reply.effort().usage()).isEqualTo(new Usage(11, 4));
    assertThat(reply.effort().request()).matches("[0-9a-f]{32}");
  }

  @Test
  void theRequestIsAsServersWantIt() throws IOException {
    environment.put("JUDGE_KEY", "sk-123456789");
    try (PlayedServer server = new PlayedServer((n, exchange) -> ok(exchange));
        ChatEndpoint endpoint =
            open(
                server.url() + "/api/v3/",
                Map.of("apiKeyEnv", "JUDGE_KEY", "temperature", 0.5, "maxTokens", 7, "seed", 3))) {
      Question letters = new Question(QUESTION.messages(), "", List.of("A", "B"), false, 1);
      endpoint.answer(List.of(letters));
      endpoint.answer(List.of(QUESTION));
      JsonNode body = server.bodies().get(0);
      assertThat(body.path("model").asText()).isEqualTo("m");
      assertThat(body.path("temperature").asDouble()).isEqualTo(0.5);
      assertThat(body.path("max_tokens").asInt()).isEqualTo(7);
      assertThat(body.path("seed").asInt()).isEqualTo(4);
      assertThat(body.path("logprobs").asBoolean()).isTrue();
      assertThat(body.path("messages").path(0).toString())
          .isEqualTo("{\"role\":\"user\",\"content\":\"Who is there?\"}");
      assertThat(server.bodies().get(1).has("logprobs")).isFalse();
      assertThat(server.paths()).containsOnly("/api/v3/chat/completions");
      assertThat(server.keys()).allMatch(k -> k.orElseThrow().equals("Bearer sk-123456789"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "/v1", "/v1/", "/v1/chat/completions"})
  void theAddressMayBeGivenInSeveralWays(String path) throws IOException {
    try (PlayedServer server = new PlayedServer((n, exchange) -> ok(exchange));
        ChatEndpoint endpoint = open(server.url() + path, Map.of())) {
      endpoint.answer(List.of(QUESTION));
      assertThat(server.paths()).containsExactly("/v1/chat/completions");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 425, 429, 500, 502, 503, 504, 529})
  void errorsThatMayPassAreTriedAgain(int status) throws IOException {
    Reply reply =
        ask(
            (n, exchange) -> {
              if (n < 3) {
                send(exchange, status, "{\"error\":{\"message\":\"not now\"}}");
              } else {
                ok(exchange);
              }
            });
    assertThat(reply.text()).isEqualTo("It is me.");
    assertThat(reply.effort().retries()).isEqualTo(3);
    // 1 + 2 + 4 seconds, each less up to a half by chance.
    assertThat(time.seconds()).isBetween(3.5, 7.0);
  }

  @Test
  void itGivesUpAfterItsRetries() {
    AtomicInteger requests = new AtomicInteger();
    assertThatThrownBy(
            () ->
                ask(
                    (n, exchange) -> {
                      requests.incrementAndGet();
                      send(exchange, 500, "{\"error\":{\"message\":\"out of\\nmemory\"}}");
                    },
                    Map.of("retries", 2)))
        .isInstanceOf(FeedbackException.class)
        .hasMessageContaining("does not answer: status 500: out of memory (tried 3 times)");
    assertThat(requests).hasValue(3);
  }

  @Test
  void aBusyServerIsLeftAloneAsLongAsItWants() throws IOException {
    Reply reply =
        ask(
            (n, exchange) -> {
              switch (n) {
                case 0 -> send(exchange, 429, "{}", Map.of("Retry-After", "17"));
                case 1 ->
                    send(exchange, 503, "", Map.of("Retry-After", "Sun, 1 Nov 2026 00:01:00 GMT"));
                case 2 -> send(exchange, 429, "{}", Map.of("Retry-After", "soon"));
                default -> ok(exchange);
              }
            });
    assertThat(reply.text()).isEqualTo("It is me.");
    // Until the minute of the date, and the third time 4 seconds less up to a half.
    assertThat(time.seconds()).isBetween(62.0, 64.001);
  }

  @Test
  void itDoesNotWaitForHours() {
    assertThatThrownBy(() -> ask((n, e) -> send(e, 429, "{}", Map.of("Retry-After", "3600"))))
        .isInstanceOf(FeedbackException.class)
        .hasMessageContaining("asked again after 3600 s, longer than longestWait (120.0 s)");
    assertThat(time.seconds()).isZero();
  }

  @Test
  void requestsAreSpacedEvenly() throws IOException {
    try (PlayedServer server = new PlayedServer((n, exchange) -> ok(exchange));
        ChatEndpoint endpoint =
            open(server.url(), Map.of("requestsPerMinute", 30, "concurrency", 3))) {
      endpoint.answer(Collections.nCopies(6, QUESTION));
      // The first goes at once, five more two seconds after each other.
      assertThat(time.seconds()).isBetween(10.0, 30.0);
    }
  }

  @Test
  void severalAreAskedAtATime() throws IOException {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Play slow =
        (n, exchange) -> {
          most.accumulateAndGet(now.incrementAndGet(), Math::max);
          sleep(50);
          now.decrementAndGet();
          send(exchange, 200, completion("answer to " + n));
        };
    try (PlayedServer server = new PlayedServer(slow);
        ChatEndpoint endpoint = open(server.url(), Map.of("concurrency", 4))) {
      List<Question> questions = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        questions.add(Question.of("question " + i, ""));
      }
      assertThat(endpoint.answer(questions)).hasSize(12);
      assertThat(most.get()).isBetween(2, 4);
      assertThat(server.bodies().stream().map(JsonNode::toString).collect(Collectors.joining()))
          .contains("question 0\"", "question 11\"");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "not JSON at all",
        "{\"choices\":[{\"message\":{\"content\":\"cut of",
        "",
        "[]",
        "7",
        "{}",
        "{\"choices\":[]}",
        "{\"choices\":{}}",
        "{\"choices\":[null]}",
        "{\"choices\":[{}]}",
        "{\"choices\":[{\"message\":null}]}",
        "{\"choices\":[{\"message\":{\"content\":null}}]}",
        "{\"choices\":[{\"message\":{\"content\":\"  \"}}]}",
        "{\"choices\":[{\"message\":{\"content\":7}}]}",
        "{\"choices\":[{\"finish_reason\":\"content_filter\",\"message\":{\"content\":\"\"}}]}",
        "{\"choices\":[{\"finish_reason\":\"length\",\"message\":{\"content\":null}}]}",
        "{\"choices\":[{\"message\":{\"refusal\":\"I will not\",\"content\":null}}]}",
        "{\"error\":{\"message\":\"overloaded\"}}",
        "{\"object\":\"error\",\"message\":\"bad\"}",
        "<html><body>Welcome to nginx</body></html>"
      })
  void whatIsNoAnswerIsAFault(String body) throws IOException {
    Reply reply = ask((n, exchange) -> send(exchange, 200, body));
    assertThat(reply.fault()).isPresent();
    assertThat(reply.text()).isEmpty();
  }

  @Test
  void faultsSayWhatCame() throws IOException {
    Play page = (n, e) -> send(e, 200, "<html>Log in</html>", Map.of("Content-Type", "text/html"));
    assertThat(ask(page).fault().orElseThrow()).startsWith("a web page in place of JSON; is url");
    assertThat(fault("{\"choices\":[]}")).isEqualTo("no choices");
    assertThat(fault("{\"error\":\"too\\u0007 hot\"}"))
        .isEqualTo("an error in place of an answer: too hot");
    assertThat(fault("{\"choices\":[{\"message\":{\"refusal\":\"No.\"}}]}"))
        .isEqualTo("a refusal: No.");
    assertThat(fault("{\"choices\":[{\"finish_reason\":\"length\",\"message\":{}}]}"))
        .contains("maxTokens");
  }

  private String fault(String body) throws IOException {
    return ask((n, exchange) -> send(exchange, 200, body)).fault().orElseThrow();
  }

  /** A judge asks again, and then leaves the pair undecided; the others go on. */
  @Test
  void aMalformedAnswerIsAskedForAgainAndThenUndecided() throws IOException {
    Play play =
        (n, exchange) -> {
          switch (n) {
            case 0 -> send(exchange, 200, "{\"choices\":[]}");
            case 1 -> send(exchange, 200, completion("I like both."));
            case 2 -> send(exchange, 200, completion("Verdict: B"));
            default -> send(exchange, 200, completion("Hm."));
          }
        };
    try (PlayedServer server = new PlayedServer(play);
        ChatEndpoint endpoint = open(server.url(), Map.of())) {
      AiJudge judge = new RespondentJudge(endpoint, new RespondentJudge.Manner(true, 3, 0));
      Verdict first = judge.compare(PAIR);
      assertThat(first.choice()).isEqualTo(Choice.SECOND);
      assertThat(first.asked().unusable()).containsExactly("(no choices)", "I like both.");
      Verdict second = judge.compare(PAIR);
      assertThat(second.choice()).isEqualTo(Choice.UNDECIDED);
      assertThat(second.asked().unusable()).containsExactly("Hm.", "Hm.", "Hm.");
      assertThat(server.bodies()).hasSize(6);
    }
  }

  @Test
  void aServerThatNeverAnswersIsNotAskedForEver() throws IOException {
    try (PlayedServer server = new PlayedServer((n, e) -> send(e, 200, "{\"choices\":[]}"));
        ChatEndpoint endpoint = open(server.url(), Map.of())) {
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 100; i++) {
                  endpoint.answer(List.of(QUESTION));
                }
              })
          .isInstanceOf(FeedbackException.class)
          .hasMessageContaining("no usable answer to any of 64 requests; the last one was no choi");
    }
  }

  @Test
  void likelihoodsOfTheVerdictAreUsed() throws IOException {
    String body =
        completion("Verdict: A")
            .replace(
                "\"finish_reason\"",
                """
                "logprobs":{"content":[
                  {"token":"B","logprob":-0.5,"top_logprobs":[]},
                  {"token":" A","logprob":-0.2231435513,"top_logprobs":[
                    {"token":" A","logprob":-0.2231435513},{"token":" B","logprob":-1.6094379124},
                    {"token":"b","logprob":-0.1}]},
                  {"token":".","logprob":-0.1,"top_logprobs":[]}]},"finish_reason\"""");
    try (PlayedServer server = new PlayedServer((n, exchange) -> send(exchange, 200, body));
        ChatEndpoint endpoint = open(server.url(), Map.of())) {
      Verdict verdict =
          new RespondentJudge(endpoint, new RespondentJudge.Manner(true, 1, 0)).compare(PAIR);
      assertThat(verdict.choice()).isEqualTo(Choice.FIRST);
      assertThat(verdict.probability().orElseThrow()).isBetween(0.7999, 0.8001);
    }
  }

  /** Not all servers know all of the request; what one refuses is left out from then on. */
  @Test
  void whatAServerRefusesIsLeftOut() throws IOException {
    Play picky =
        (n, exchange) -> {
          switch (n) {
            case 0 -> send(exchange, 400, "{\"error\":{\"message\":\"logprobs is unsupported\"}}");
            case 1 ->
                send(
                    exchange,
                    400,
                    "{\"error\":{\"message\":\"Use 'max_completion_tokens' instead.\"}}");
            default -> ok(exchange);
          }
        };
    try (PlayedServer server = new PlayedServer(picky);
        ChatEndpoint endpoint = open(server.url(), Map.of())) {
      Question letters = new Question(QUESTION.messages(), "", List.of("A", "B"), false, 0);
      List<Reply> replies = endpoint.answer(List.of(letters, letters));
      assertThat(replies).extracting(Reply::text).containsOnly("It is me.");
      assertThat(server.bodies()).hasSize(4);
      assertThat(server.bodies().get(3).has("logprobs")).isFalse();
      assertThat(server.bodies().get(3).has("max_tokens")).isFalse();
      assertThat(server.bodies().get(3).path("max_completion_tokens").asInt()).isEqualTo(512);
    }
  }

  @Test
  void aQuestionThatIsNotTakenIsOneFault() throws IOException {
    Reply reply =
        ask((n, e) -> send(e, 400, "{\"error\":{\"message\":\"maximum context length is 8\"}}"));
    assertThat(reply.fault()).contains("status 400: maximum context length is 8");
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void redirectsAreNotFollowed(int status) throws IOException {
    try (PlayedServer other = new PlayedServer((n, exchange) -> ok(exchange))) {
      Map<String, String> to = Map.of("Location", other.url() + "/v1?secret=1");
      assertThatThrownBy(() -> ask((n, exchange) -> send(exchange, status, "", to)))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("status " + status)
          .hasMessageContaining("a redirect to http://127.0.0.1; none is followed")
          .hasMessageNotContaining("secret");
      assertThat(other.bodies()).isEmpty();
    }
  }

  @Test
  void errorsOfTheSettingsEndItAtOnce() {
    environment.put("KEY", "sk-abcdefgh");
    assertThatThrownBy(() -> ask((n, e) -> send(e, 401, "{\"error\":\"no key\"}")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("apiKeyEnv")
        .hasMessageContaining("status 401: no key; name the environment variable");
    assertThatThrownBy(
            () -> ask((n, e) -> send(e, 403, "{\"error\":\"no\"}"), Map.of("apiKeyEnv", "KEY")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("the key in the variable is not accepted");
    assertThatThrownBy(() -> ask((n, e) -> send(e, 404, "<html>nothing here</html>")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("url")
        .hasMessageContaining("status 404: <html>nothing here</html>");
    assertThat(time.seconds()).isZero();
  }

  @Test
  void anAnswerThatBreaksOffIsTriedAgain() throws IOException {
    Play breaking =
        (n, exchange) -> {
          if (n > 0) {
            ok(exchange);
            return;
          }
          exchange.sendResponseHeaders(200, 5000);
          exchange.getResponseBody().write("{\"choices\":[".getBytes(UTF_8));
          exchange.getResponseBody().flush();
        };
    Reply reply = ask(breaking);
    assertThat(reply.text()).isEqualTo("It is me.");
    assertThat(reply.effort().retries()).isEqualTo(1);
    assertThatThrownBy(
            () ->
                ask((n, exchange) -> exchange.sendResponseHeaders(200, 5000), Map.of("retries", 1)))
        .isInstanceOf(FeedbackException.class)
        .hasMessageContaining("the answer broke off")
        .hasMessageContaining("tried 2 times");
  }

  /** The client's own limit of time would not see the second. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void slowAnswersAreBrokenOff(boolean drip) {
    Play slow =
        (n, exchange) -> {
          if (drip) {
            exchange.sendResponseHeaders(200, 0);
          }
          try (OutputStream out = exchange.getResponseBody()) {
            for (int i = 0; i < 100; i++) {
              sleep(20);
              if (drip) {
                out.write(' ');
                out.flush();
              }
            }
          }
        };
    assertThatThrownBy(() -> ask(slow, Map.of("timeout", 0.2, "retries", 1)))
        .isInstanceOf(FeedbackException.class)
        .hasMessageContaining("no whole answer within 0.2 s (tried 2 times)");
  }

  @Test
  void anAnswerWithoutEndIsBrokenOff() {
    Play endless =
        (n, exchange) -> {
          exchange.sendResponseHeaders(200, 0);
          byte[] block = new byte[1 << 20];
          java.util.Arrays.fill(block, (byte) ' ');
          try (OutputStream out = exchange.getResponseBody()) {
            for (int i = 0; i < 200; i++) {
              out.write(block);
            }
          }
        };
    assertThatThrownBy(() -> ask(endless, Map.of("retries", 0)))
        .isInstanceOf(FeedbackException.class)
        .hasMessageContaining("its answer is larger than 8 MiB");
  }

  @Test
  void nobodyThereIsSaid() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    try (ChatEndpoint endpoint = open("http://127.0.0.1:" + free, Map.of("retries", 2))) {
      assertThatThrownBy(() -> endpoint.answer(List.of(QUESTION)))
          .isInstanceOf(FeedbackException.class)
          .hasMessageContaining("no connection is accepted there; is it running? (tried 3 times)");
    }
    try (ChatEndpoint endpoint = open("http://nobody.invalid", Map.of())) {
      assertThatThrownBy(() -> endpoint.answer(List.of(QUESTION)))
          .isInstanceOf(FeedbackException.class)
          .hasMessageContaining("nobody.invalid");
    }
  }

  /** A server that does not speak it, and one whose certificate nobody has signed. */
  @Test
  void tlsThatCannotBeTrustedIsSaid() throws Exception {
    try (ServerSocket plain = new ServerSocket(0)) {
      Thread refuses =
          new Thread(
              () -> {
                try (Socket one = plain.accept()) {
                  one.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(UTF_8));
                } catch (IOException e) {
                  // The test is over.
                }
              });
      refuses.start();
      assertNoTrust("https://127.0.0.1:" + plain.getLocalPort());
      refuses.join();
    }
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(selfSigned()));
    server.start();
    try {
      assertNoTrust("https://127.0.0.1:" + server.getAddress().getPort());
    } finally {
      server.stop(0);
    }
  }

  private void assertNoTrust(String url) {
    try (ChatEndpoint endpoint = open(url, Map.of())) {
      assertThatThrownBy(() -> endpoint.answer(List.of(QUESTION)))
          .isInstanceOf(FeedbackException.class)
          .hasMessageContaining("its TLS cannot be trusted or understood");
    }
  }

  private SSLContext selfSigned() throws Exception {
    Path keys = dir.resolve("keys.p12");
    String tool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    Process made =
        new ProcessBuilder(
                tool,
                "-genkeypair",
                "-keystore",
                keys.toString(),
                "-storepass",
                "password",
                "-dname",
                "CN=test",
                "-keyalg",
                "EC",
                "-storetype",
                "PKCS12")
            .redirectErrorStream(true)
            .start();
    made.getInputStream().readAllBytes();
    assertThat(made.waitFor()).isZero();
    KeyStore store = KeyStore.getInstance(keys.toFile(), "password".toCharArray());
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(store, "password".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  @Test
  void aRequestToStopIsHeardWhileItWaits() throws IOException {
    Play asks =
        (n, exchange) -> {
          stop.set(true);
          send(exchange, 500, "");
        };
    assertThatThrownBy(() -> ask(asks)).isInstanceOf(CancellationException.class);
    assertThat(time.seconds()).isZero();
    stop.set(false);
    Play hangs =
        (n, exchange) -> {
          stop.set(true);
          sleep(5000);
        };
    long begun = System.nanoTime();
    assertThatThrownBy(() -> ask(hangs)).isInstanceOf(CancellationException.class);
    assertThat(System.nanoTime() - begun).isLessThan(3_000_000_000L);
  }

  @Test
  void anInterruptEndsTheCallAndStays() throws IOException {
    Thread caller = Thread.currentThread();
    Play interrupts =
        (n, exchange) -> {
          caller.interrupt();
          sleep(5000);
        };
    long begun = System.nanoTime();
    assertThatThrownBy(() -> ask(interrupts)).isInstanceOf(CancellationException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(System.nanoTime() - begun).isLessThan(3_000_000_000L);
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
