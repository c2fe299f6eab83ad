package dev.fettle.feedback.endpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server on this machine that does what a test wants, right or wrong. */
final class PlayedServer implements AutoCloseable {

  /** What is done with one request, by its number from 0. */
  interface Play {
    void answer(int number, HttpExchange exchange) throws IOException;
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<JsonNode> bodies = new CopyOnWriteArrayList<>();
  private final List<Optional<String>> keys = new CopyOnWriteArrayList<>();
  private final List<String> paths = new CopyOnWriteArrayList<>();

  PlayedServer(Play play) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          int number;
          synchronized (bodies) {
            number = bodies.size();
            bodies.add(ChatReply.JSON.readTree(exchange.getRequestBody().readAllBytes()));
            keys.add(Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization")));
            paths.add(exchange.getRequestURI().getPath());
          }
          try (exchange) {
            play.answer(number, exchange);
          }
        });
    server.start();
  }

  static void send(HttpExchange exchange, int status, String body, Map<String, String> headers)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    headers.forEach(exchange.getResponseHeaders()::set);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    if (bytes.length > 0) {
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(bytes);
      }
    }
  }

  static void send(HttpExchange exchange, int status, String body) throws IOException {
    send(exchange, status, body, Map.of());
  }

  /** An answer as OpenAI's servers give it. */
  static String completion(String text) {
    return ChatReply.JSON
        .createObjectNode()
        .set(
            "choices",
            ChatReply.JSON
                .createArrayNode()
                .add(
                    ChatReply.JSON
                        .createObjectNode()
                        .put("finish_reason", "stop")
                        .set(
                            "message",
                            ChatReply.JSON
                                .createObjectNode()
                                .put("role", "assistant")
                                .put("content", text))))
        .toString()
        .replaceFirst("\\}$", ",\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":4}}");
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  List<JsonNode> bodies() {
    return bodies;
  }

  List<Optional<String>> keys() {
    return keys;
  }

  List<String> paths() {
    return paths;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
