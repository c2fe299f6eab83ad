package dev.fettle.feedback.endpoint;

import dev.fettle.feedback.FeedbackException;
import dev.fettle.feedback.Question;
import dev.fettle.feedback.Reply;
import dev.fettle.feedback.Usage;
import dev.fettle.feedback.endpoint.ChatEndpoint.Surroundings;
import dev.fettle.feedback.endpoint.Exchange.Answered;
import dev.fettle.feedback.endpoint.Exchange.Failed;
import dev.fettle.settings.ConfigException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks a server one question until it has answered. Many threads may ask. */
final class Conversation {
  private static final Logger LOG = LoggerFactory.getLogger(Conversation.class);

  private static final Set<Integer> PASSING = Set.of(408, 425, 429);

  /** The server wants fewer questions, from all of us. */
  private static final Set<Integer> BUSY = Set.of(429, 503);

  /** This question, not the address or the key, is what it does not take. */
  private static final Set<Integer> NOT_THIS = Set.of(400, 413, 414, 422);

  private final EndpointSettings settings;
  private final Surroundings surroundings;
  private final Optional<ApiKey> key;
  private final Exchange exchange;
  private final Throttle throttle;
  private final ChatRequest requests;
  private final Waits waits;

  Conversation(EndpointSettings settings, Surroundings surroundings) {
    this.settings = settings;
    this.surroundings = surroundings;
    this.key = ApiKey.of(settings, surroundings.environment());
    this.exchange = new Exchange(settings, key, surroundings.stop());
    this.throttle =
        new Throttle(surroundings.pace(), settings.requestsPerMinute(), surroundings.stop());
    this.requests = new ChatRequest(settings);
    this.waits =
        new Waits(
            settings.backoff(),
            settings.longestWait(),
            () -> ThreadLocalRandom.current().nextDouble());
  }

  /** An answer, or what will not pass: what may is tried again. */
  Reply ask(Question question) throws InterruptedException {
    String request = requests.key(question);
    long begun = surroundings.pace().nanos();
    for (int retry = 0; ; retry++) {
      byte[] body = requests.body(question);
      throttle.await();
      Exchange.Outcome outcome = exchange.post(body);
      long millis = TimeUnit.NANOSECONDS.toMillis(surroundings.pace().nanos() - begun);
      Reply.Effort effort = new Reply.Effort(request, retry, millis, Usage.NONE);
      Optional<Reply> reply =
          outcome instanceof Answered a
              ? answered(a, question, body, effort)
              : failed((Failed) outcome, retry);
      if (reply.isPresent()) {
        return reply.get();
      }
    }
  }

  /** Nothing where it is to be asked again. */
  private Optional<Reply> answered(
      Answered answered, Question question, byte[] sent, Reply.Effort effort)
      throws InterruptedException {
    HttpResponse<byte[]> response = answered.response();
    int status = answered.status();
    if (status >= 200 && status < 300) {
      return Optional.of(reply(response, question, effort));
    }
    String told = ChatReply.told(hidden(response.body()));
    String why = "status " + status + (told.isEmpty() ? "" : ": " + told);
    if (PASSING.contains(status) || status >= 500) {
      passing(why, effort.retries(), wait(response, status, effort.retries()));
      return Optional.empty();
    }
    if (NOT_THIS.contains(status)) {
      if (requests.adapt(sent, told)) {
        return Optional.empty();
      }
      return Optional.of(Reply.faulty(why, effort));
    }
    throw blamed(status, why, response);
  }

  private Reply reply(HttpResponse<byte[]> response, Question question, Reply.Effort effort) {
    String type = response.headers().firstValue("content-type").orElse("");
    ChatReply read = ChatReply.read(hidden(response.body()), type, question.options());
    Reply.Effort whole =
        new Reply.Effort(effort.request(), effort.retries(), effort.millis(), read.usage());
    return read.fault().isEmpty()
        ? new Reply(hidden(read.text()), read.logProbs(), Optional.empty(), whole)
        : Reply.faulty(hidden(read.fault()), whole);
  }

  private Optional<Reply> failed(Failed failed, int retry) throws InterruptedException {
    if (!failed.passing()) {
      throw new FeedbackException(settings.url() + ": " + hidden(failed.why()), failed.cause());
    }
    passing(failed.why(), retry, waits.before(retry));
    return Optional.empty();
  }

  /** How long; all of us wait where the server has too much to do. */
  private Duration wait(HttpResponse<byte[]> response, int status, int retry) {
    Optional<Duration> wanted = Waits.wanted(response.headers(), surroundings.pace().now());
    if (!BUSY.contains(status) || wanted.isEmpty()) {
      return waits.before(retry);
    }
    if (wanted.get().toMillis() > settings.longestWait() * 1000) {
      throw new FeedbackException(
          settings.url()
              + " answers with status "
              + status
              + " and wants to be asked again after "
              + wanted.get().toSeconds()
              + " s, longer than longestWait ("
              + settings.longestWait()
              + " s); call again later to go on");
    }
    throttle.hold(wanted.get());
    return wanted.get();
  }

  private void passing(String why, int retry, Duration wait) throws InterruptedException {
    if (retry >= settings.retries()) {
      throw new FeedbackException(
          settings.url()
              + " does not answer: "
              + hidden(why)
              + (retry == 0 ? "" : " (tried " + (retry + 1) + " times)")
              + "; see that it runs, then call again to go on");
    }
    LOG.debug("{}: {}; again in {} ms", settings.url(), hidden(why), wait.toMillis());
    throttle.sleep(wait);
  }

  /** What the settings are to blame for. */
  private RuntimeException blamed(int status, String why, HttpResponse<byte[]> response) {
    String said = settings.url() + " answers with " + hidden(why);
    return switch (status) {
      case 401, 403 ->
          ConfigException.about(
              "apiKeyEnv",
              said
                  + "; "
                  + (key.isPresent()
                      ? "the key in the variable is not accepted, set it to one that is"
                      : "name the environment variable that holds the API key"));
      case 404, 405 ->
          ConfigException.about(
              "url", said + "; check that url is the address of its API and that model is there");
      default ->
          status >= 300 && status < 400
              ? ConfigException.about("url", said + moved(response))
              : new FeedbackException(said);
    };
  }

  /** Where to, without what an address may hold of secrets. */
  private String moved(HttpResponse<byte[]> response) {
    String to =
        response
            .headers()
            .firstValue("location")
            .flatMap(Conversation::host)
            .map(h -> " to " + hidden(h))
            .orElse("");
    return ", a redirect"
        + to
        + "; none is followed, since rows and key would go elsewhere. Give that address as url if"
        + " you trust it";
  }

  private static Optional<String> host(String location) {
    try {
      URI uri = URI.create(location);
      return Optional.ofNullable(uri.getHost()).map(h -> uri.getScheme() + "://" + h);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private String hidden(String text) {
    return key.map(k -> k.hiddenIn(text)).orElse(text);
  }

  private byte[] hidden(byte[] body) {
    return key.map(
            k ->
                k.hiddenIn(new String(body, StandardCharsets.UTF_8))
                    .getBytes(StandardCharsets.UTF_8))
        .orElse(body);
  }
}
