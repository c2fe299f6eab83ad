package dev.fettle.feedback.endpoint;

import static dev.fettle.feedback.endpoint.PlayedServer.completion;
import static dev.fettle.feedback.endpoint.PlayedServer.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fettle.feedback.AiJudge;
import dev.fettle.feedback.Choice;
import dev.fettle.feedback.FeedbackException;
import dev.fettle.feedback.Question;
import dev.fettle.feedback.Reply;
import dev.fettle.feedback.RespondentJudge;
import dev.fettle.feedback.Usage;
import dev.fettle.feedback.Verdict;
import dev.fettle.feedback.endpoint.PlayedServer.Play;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server may do, and how it is asked. */
class ChatEndpointTest extends EndpointTests {
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
}
