package dev.fettle.feedback.endpoint;

import static dev.fettle.feedback.endpoint.PlayedServer.completion;
import static dev.fettle.feedback.endpoint.PlayedServer.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.fettle.feedback.Question;
import dev.fettle.feedback.Reply;
import dev.fettle.feedback.endpoint.ChatEndpoint.Surroundings;
import dev.fettle.settings.ConfigException;
import dev.fettle.settings.SettingsReader;
import dev.fettle.settings.SettingsWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The key goes into one header, and nowhere else, whatever goes wrong. */
class SecretsTest {
  private static final String KEY = "sk-proj-0123456789abcdef";
  private static final Question QUESTION = Question.of("Who is there?", "");

  @TempDir private Path dir;

  private static EndpointSettings settings(String url, Object... more) {
    Map<String, Object> all =
        new HashMap<>(Map.of("url", url, "model", "m", "apiKeyEnv", "JUDGE_KEY", "retries", 1));
    for (int i = 0; i < more.length; i += 2) {
      all.put(String.valueOf(more[i]), more[i + 1]);
    }
    return new SettingsReader<>(EndpointSettings.KEYS).values(all);
  }

  private static ChatEndpoint open(EndpointSettings settings, String key) {
    return new ChatEndpoint(
        settings, new Surroundings(Map.of("JUDGE_KEY", key), new FakeTime(), () -> false));
  }

  private static String whole(Throwable error) {
    StringWriter text = new StringWriter();
    error.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  /** Some servers repeat the key in what they say. */
  @ParameterizedTest
  @ValueSource(ints = {200, 400, 401, 403, 404, 429, 500})
  void aServerThatRepeatsItDoesNotGetItOut(int status) throws IOException {
    String echo =
        "{\"error\":{\"message\":\"Incorrect API key provided: " + KEY + "." + KEY + "\"}}";
    for (String body : List.of(echo, "x".repeat(150) + KEY, "<p>" + KEY + "</p>")) {
      try (PlayedServer server = new PlayedServer((n, exchange) -> send(exchange, status, body));
          ChatEndpoint endpoint = open(settings(server.url()), KEY)) {
        StringBuilder told = new StringBuilder(endpoint.identity());
        Throwable error = catchThrowable(() -> told.append(endpoint.answer(List.of(QUESTION))));
        told.append(error == null ? "" : whole(error));
        assertThat(told).doesNotContain(KEY).doesNotContain(KEY.substring(0, 14));
        assertThat(server.keys().get(0)).contains("Bearer " + KEY);
      }
    }
  }

  @Test
  void anAnswerThatHoldsItIsWithoutIt() throws IOException {
    String body = completion("The key is " + KEY + ", is it not?");
    try (PlayedServer server = new PlayedServer((n, exchange) -> send(exchange, 200, body));
        ChatEndpoint endpoint = open(settings(server.url()), KEY)) {
      Reply reply = endpoint.answer(List.of(QUESTION)).get(0);
      assertThat(reply.text()).isEqualTo("The key is (the API key), is it not?");
    }
    String escaped = body.replace(KEY, KEY.replace("s", "\\u0073"));
    try (PlayedServer server = new PlayedServer((n, exchange) -> send(exchange, 200, escaped));
        ChatEndpoint endpoint = open(settings(server.url()), KEY)) {
      assertThat(endpoint.answer(List.of(QUESTION)).get(0).text()).doesNotContain(KEY);
    }
  }

  @Test
  void aMissingOrImpossibleKeyIsSaidWithoutIt() {
    EndpointSettings settings = settings("http://localhost:1");
    assertThatThrownBy(
            () ->
                new ChatEndpoint(settings, new Surroundings(Map.of(), new FakeTime(), () -> false)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("apiKeyEnv: there is no environment variable JUDGE_KEY");
    for (String bad : List.of(KEY + "\nHost: evil", KEY + " x", KEY + "é")) {
      Throwable error = catchThrowable(() -> open(settings, bad));
      assertThat(error).isInstanceOf(ConfigException.class).hasMessageContaining("JUDGE_KEY holds");
      assertThat(whole(error)).doesNotContain(KEY);
    }
    assertThat(catchThrowable(() -> open(settings, "  "))).isInstanceOf(ConfigException.class);
  }

  @Test
  void aKeyInTheConfigurationIsRefusedUnsaid() throws IOException {
    for (String line : List.of("apiKey: " + KEY, "api_key: " + KEY, "apiKeyEnv: " + KEY)) {
      Path file = Files.writeString(dir.resolve("c.yaml"), "url: http://h\nmodel: m\n" + line);
      Throwable error =
          catchThrowable(
              () -> new SettingsReader<>(EndpointSettings.KEYS).file(file, List.of(), Map.of()));
      assertThat(error).isInstanceOf(ConfigException.class).hasMessageContaining("c.yaml:3");
      assertThat(error).hasMessageContaining("environment variable");
      assertThat(whole(error)).doesNotContain(KEY);
    }
    Path file = Files.writeString(dir.resolve("c.yaml"), "url: http://h\nmodel: m\n");
    for (String set : List.of("apiKey=" + KEY, "url=https://me:" + KEY + "@host/v1")) {
      Throwable error =
          catchThrowable(
              () -> new SettingsReader<>(EndpointSettings.KEYS).file(file, List.of(set), Map.of()));
      assertThat(error).isInstanceOf(ConfigException.class).hasMessageContaining("--set");
      assertThat(whole(error)).doesNotContain(KEY);
    }
    assertThat(new SettingsWriter<>(EndpointSettings.KEYS).yaml(settings("http://localhost")))
        .contains("apiKeyEnv: JUDGE_KEY");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://me:" + KEY + "@host/v1",
        "https://" + KEY + "@host/v1",
        "https://host/v1?api_key=" + KEY,
        "https://host/v1#" + KEY,
        "ftp://host/" + KEY,
        "https:///" + KEY,
        "host/" + KEY,
        "https://host name/" + KEY,
        "https://host:99999/" + KEY
      })
  void anAddressThatMayHoldSecretsIsRefusedUnsaid(String url) throws IOException {
    Path file = Files.writeString(dir.resolve("c.yaml"), "url: \"" + url + "\"\nmodel: m\n");
    Throwable error =
        catchThrowable(
            () -> new SettingsReader<>(EndpointSettings.KEYS).file(file, List.of(), Map.of()));
    assertThat(error).isInstanceOf(ConfigException.class).hasMessageContaining("c.yaml:1: url: ");
    assertThat(whole(error)).doesNotContain(KEY);
  }

  @Test
  void aKeyDoesNotGoOverPlainHttp() {
    assertThatThrownBy(() -> settings("http://10.0.0.5:8000/v1"))
        .hasMessageContaining("plain http to another machine");
    assertThat(settings("http://10.0.0.5:8000/v1", "insecure", true).insecure()).isTrue();
    assertThat(settings("http://127.0.0.1:8000/v1").url().isPlain()).isFalse();
    assertThat(settings("https://10.0.0.5:8000/v1").url().isPlain()).isFalse();
  }
}
