package dev.fettle.feedback.endpoint;

import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLException;

/**
 * One request and its whole answer, within a time: the client's own limit ends with the headers.
 */
final class Exchange {
  private static final int MOST_BYTES = 8 << 20;
  private static final Duration LONGEST_CONNECT = Duration.ofSeconds(10);
  private static final long LOOK_UP_MILLIS = 100;

  private final HttpClient client;
  private final URI uri;
  private final Duration timeout;
  private final Optional<ApiKey> key;
  private final BooleanSupplier stop;

  /** What came of it. */
  sealed interface Outcome {}

  /** An answer. */
  record Answered(int status, HttpResponse<byte[]> response) implements Outcome {}

  /**
   * None.
   *
   * @param why in words
   * @param passing whether the next time it may be there
   */
  record Failed(String why, boolean passing, Throwable cause) implements Outcome {}

  Exchange(EndpointSettings settings, Optional<ApiKey> key, BooleanSupplier stop) {
    this.uri = settings.url().completions();
    this.timeout = Duration.ofMillis(Math.max(1, Math.round(settings.timeout() * 1000)));
    this.key = key;
    this.stop = stop;
    // Redirects are not followed: they would carry rows and key to somebody else.
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(timeout.compareTo(LONGEST_CONNECT) < 0 ? timeout : LONGEST_CONNECT)
            .build();
  }

  /** Sends a body. */
  Outcome post(byte[] body) throws InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(timeout)
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    key.ifPresent(k -> request.header("Authorization", k.header()));
    CompletableFuture<HttpResponse<byte[]>> response =
        client.sendAsync(request.build(), info -> new BoundedBody(MOST_BYTES));
    try {
      HttpResponse<byte[]> whole = await(response);
      return new Answered(whole.statusCode(), whole);
    } catch (ExecutionException e) {
      return failed(e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      return failed(new HttpTimeoutException("too slow"));
    } finally {
      // Where it is over already this does nothing.
      response.cancel(true);
    }
  }

  private HttpResponse<byte[]> await(CompletableFuture<HttpResponse<byte[]>> response)
      throws InterruptedException, ExecutionException, TimeoutException {
    long end = System.nanoTime() + timeout.toNanos();
    while (true) {
      if (stop.getAsBoolean()) {
        throw new CancellationException("asked to stop");
      }
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      try {
        return response.get(Math.min(LOOK_UP_MILLIS, Math.max(1, left)), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        if (left <= 1) {
          throw e;
        }
      }
    }
  }

  private Failed failed(Throwable error) {
    for (Throwable t = error; t != null; t = t.getCause()) {
      if (t instanceof UnresolvedAddressException || t instanceof UnknownHostException) {
        return new Failed("there is no host " + uri.getHost() + "; check url", false, error);
      }
      if (t instanceof SSLException) {
        return new Failed(
            "its TLS cannot be trusted or understood ("
                + t.getMessage()
                + "); check url, or give the JVM the server's certificate"
                + " (-Djavax.net.ssl.trustStore=FILE)",
            false,
            error);
      }
      if (t instanceof BoundedBody.TooLarge) {
        return new Failed(String.valueOf(t.getMessage()), true, error);
      }
    }
    if (error instanceof HttpConnectTimeoutException) {
      return new Failed("no connection within " + seconds(), true, error);
    }
    if (error instanceof HttpTimeoutException) {
      return new Failed("no whole answer within " + seconds(), true, error);
    }
    if (error instanceof ConnectException) {
      return new Failed("no connection is accepted there; is it running?", true, error);
    }
    return new Failed("the answer broke off (" + error.getMessage() + ")", true, error);
  }

  private String seconds() {
    return timeout.toMillis() / 1000.0 + " s";
  }
}
