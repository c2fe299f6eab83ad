package dev.fettle.example.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.example.plain.FineTuning;
import dev.fettle.example.plain.Questions;
import dev.fettle.harness.model.LoadedModel;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;

/** A model is fine-tuned, and the service that answers from it is asked. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AnswersApplicationTest {
  private static final Pattern PIECE = Pattern.compile("\\{\"text\":\"([^\"]*)\"}");

  private final HttpClient client = HttpClient.newHttpClient();
  private ConfigurableApplicationContext service;
  private Path model;

  @BeforeAll
  void start(@TempDir Path dir) throws IOException {
    Path rows = Questions.write(dir);
    model =
        FineTuning.of(Questions.model(dir), rows, dir.resolve("runs"))
            .train(s -> {})
            .model()
            .orElseThrow();
    service = serve(model);
  }

  @AfterAll
  void stop() {
    service.close();
  }

  private static ConfigurableApplicationContext serve(Path model) {
    return SpringApplication.run(
        AnswersApplication.class,
        "--server.port=0",
        "--answers.model=" + model,
        "--spring.main.banner-mode=off",
        "--logging.level.root=warn");
  }

  private CompletableFuture<HttpResponse<String>> post(String path, String body) {
    String port = service.getBean(Environment.class).getProperty("local.server.port", "");
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    return client.sendAsync(request, BodyHandlers.ofString());
  }

  private CompletableFuture<HttpResponse<String>> ask(String path, String question) {
    return post(
        path, "{\"messages\": [{\"role\": \"user\", \"content\": \"%s\"}]}".formatted(question));
  }

  private static List<String> pieces(String body) {
    List<String> pieces = new ArrayList<>();
    Matcher piece = PIECE.matcher(body);
    while (piece.find()) {
      pieces.add(piece.group(1));
    }
    return pieces;
  }

  @Test
  void requestsAtOnceAreAnsweredEachWithItsOwn() {
    List<Map.Entry<String, String>> known = List.copyOf(Questions.all().entrySet());
    List<CompletableFuture<HttpResponse<String>>> asked =
        IntStream.range(0, 16)
            .mapToObj(i -> ask(i % 2 == 0 ? "/chat" : "/chat/stream", known.get(i % 4).getKey()))
            .toList();
    for (int i = 0; i < asked.size(); i++) {
      HttpResponse<String> answer = asked.get(i).join();
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(String.join("", pieces(answer.body()))).isEqualTo(known.get(i % 4).getValue());
    }
  }

  @Test
  void aStreamComesInEvents() {
    HttpResponse<String> answer = ask("/chat/stream", "Where is the key?").join();
    assertThat(answer.headers().firstValue("Content-Type").orElse(""))
        .startsWith("text/event-stream");
    assertThat(answer.body()).startsWith("data:{\"text\":\"");
    assertThat(pieces(answer.body())).hasSizeGreaterThan(2);
  }

  @Test
  void aConversationThatIsTooLongIsTheClientsMistake() {
    HttpResponse<String> answer = ask("/chat", "key ".repeat(200)).join();
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("leaves no room: the model takes 128");
  }

  @Test
  void theModelEndsWithTheService() {
    ConfigurableApplicationContext another = serve(model);
    LoadedModel shared = another.getBean(LoadedModel.class);
    assertThat(shared.maxPositions()).isEqualTo(128);
    another.close();
    assertThatThrownBy(shared::maxPositions)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }
}
