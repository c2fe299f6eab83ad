package dev.fettle.feedback.endpoint;

import static dev.fettle.feedback.endpoint.PlayedServer.send;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.fettle.feedback.FeedbackException;
import dev.fettle.feedback.Reply;
import dev.fettle.feedback.endpoint.PlayedServer.Play;
import dev.fettle.settings.ConfigException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server may do wrong. */
class BrokenServerTest extends EndpointTests {
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
}
