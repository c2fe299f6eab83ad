package dev.fettle.feedback.endpoint;

import static dev.fettle.feedback.endpoint.PlayedServer.completion;
import static dev.fettle.feedback.endpoint.PlayedServer.send;

import com.sun.net.httpserver.HttpExchange;
import dev.fettle.feedback.Comparison;
import dev.fettle.feedback.Principle;
import dev.fettle.feedback.Question;
import dev.fettle.feedback.Reply;
import dev.fettle.feedback.endpoint.ChatEndpoint.Surroundings;
import dev.fettle.feedback.endpoint.PlayedServer.Play;
import dev.fettle.settings.SettingsReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that does what a test wants, and a clock that goes by waiting alone. */
@Timeout(60)
abstract class EndpointTests {
  static final Question QUESTION = Question.of("Who is there?", "");
  static final Comparison PAIR = new Comparison("p", "x", "y", Principle.of("n", "c", "r"));

  @TempDir Path dir;

  final FakeTime time = new FakeTime();
  final Map<String, String> environment = new HashMap<>();
  final AtomicBoolean stop = new AtomicBoolean();

  final ChatEndpoint open(String url, Map<String, Object> settings) {
    Map<String, Object> all = new HashMap<>(Map.of("url", url, "model", "m", "concurrency", 1));
    all.putAll(settings);
    return new ChatEndpoint(
        new SettingsReader<>(EndpointSettings.KEYS).values(all),
        new Surroundings(environment, time, stop::get));
  }

  final Reply ask(Play play, Map<String, Object> settings) throws IOException {
    try (PlayedServer server = new PlayedServer(play);
        ChatEndpoint endpoint = open(server.url(), settings)) {
      return endpoint.answer(List.of(QUESTION)).get(0);
    }
  }

  final Reply ask(Play play) throws IOException {
    return ask(play, Map.of());
  }

  static void ok(HttpExchange exchange) throws IOException {
    send(exchange, 200, completion("It is me."));
  }

  static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
