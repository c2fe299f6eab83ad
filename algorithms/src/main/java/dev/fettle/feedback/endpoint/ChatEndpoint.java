package dev.fettle.feedback.endpoint;

import dev.fettle.feedback.FeedbackException;
import dev.fettle.feedback.Pacing;
import dev.fettle.feedback.Question;
import dev.fettle.feedback.Reply;
import dev.fettle.feedback.Respondent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;

/**
 * A model behind a server that answers as OpenAI's {@code /v1/chat/completions} does: OpenAI
 * itself, vLLM, llama.cpp, Ollama and others. Questions are asked several at a time, within the
 * limits of the settings.
 *
 * <p>Errors that may pass are tried again; those that will not, as a wrong key, a redirect or a
 * certificate nobody trusts, end the call with one message. The key is read from the environment,
 * stands in one header, and is taken out of whatever the server says.
 */
public final class ChatEndpoint implements Respondent {
  /** Questions that are given out together: windows are not to be waited for one by one. */
  private static final int WINDOWS = 4;

  private static final int LEAST_TOGETHER = 16;

  /** After so many faults and not one answer, further questions would fare no better. */
  private static final int HOPELESS = 64;

  private final EndpointSettings settings;
  private final Conversation conversation;
  private final ExecutorService threads;
  private boolean answered;
  private long faults;

  /**
   * What it stands in.
   *
   * @param environment where the key is
   * @param pace the time
   * @param stop asked while it waits; true ends the call
   */
  public record Surroundings(Map<String, String> environment, Pace pace, BooleanSupplier stop) {

    /** Those of the process. */
    public static Surroundings ofProcess(BooleanSupplier stop) {
      return new Surroundings(System.getenv(), Pace.REAL, stop);
    }
  }

  /**
   * Opens a server; nothing is sent yet.
   *
   * @throws dev.fettle.settings.ConfigException if the key is not where the settings say
   */
  public ChatEndpoint(EndpointSettings settings, Surroundings surroundings) {
    this.settings = settings;
    this.conversation = new Conversation(settings, surroundings);
    this.threads =
        Executors.newFixedThreadPool(
            settings.concurrency(),
            work -> {
              Thread thread = new Thread(work, "fettle-endpoint");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * {@inheritDoc}
   *
   * @throws dev.fettle.settings.ConfigException where the settings are to blame: a key that is not
   *     accepted, an address where there is no such API
   */
  @Override
  public List<Reply> answer(List<Question> questions) {
    List<Future<Reply>> asked = new ArrayList<>();
    try {
      questions.forEach(q -> asked.add(threads.submit(() -> conversation.ask(q))));
      List<Reply> replies = new ArrayList<>();
      for (Future<Reply> one : asked) {
        replies.add(one.get());
      }
      requireHope(replies);
      return replies;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("the thread was interrupted while a server was asked");
    } catch (ExecutionException e) {
      throw rethrown(e.getCause() == null ? e : e.getCause());
    } finally {
      asked.forEach(one -> one.cancel(true));
    }
  }

  private synchronized void requireHope(List<Reply> replies) {
    answered |= replies.stream().anyMatch(r -> r.fault().isEmpty());
    faults += replies.size();
    if (!answered && faults >= HOPELESS) {
      throw new FeedbackException(
          settings.url()
              + " has given no usable answer to any of "
              + faults
              + " requests; the last one was "
              + replies.get(replies.size() - 1).fault().orElseThrow());
    }
  }

  private static RuntimeException rethrown(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    if (cause instanceof InterruptedException) {
      return new CancellationException("a server was asked no more");
    }
    return cause instanceof RuntimeException e ? e : new IllegalStateException(cause);
  }

  @Override
  public String identity() {
    return settings.url()
        + " model "
        + settings.model()
        + " temperature "
        + settings.temperature()
        + " maxTokens "
        + settings.maxTokens()
        + settings.seed().map(s -> " seed " + s).orElse("");
  }

  /** A server may answer otherwise at any temperature. */
  @Override
  public boolean varies() {
    return true;
  }

  @Override
  public Pacing pacing() {
    return new Pacing(Math.max(LEAST_TOGETHER, WINDOWS * settings.concurrency()), false);
  }

  /** Ends what is under way. */
  @Override
  public void close() {
    threads.shutdownNow();
  }
}
