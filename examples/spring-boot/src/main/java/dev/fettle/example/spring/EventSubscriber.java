package dev.fettle.example.spring;

import java.io.IOException;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

// docs:begin emitter
/** Sends each piece of a text as an event; a client that goes away ends the generation. */
final class EventSubscriber implements Flow.Subscriber<String> {
  private final SseEmitter events;
  private Flow.@Nullable Subscription subscription;

  EventSubscriber(SseEmitter events) {
    this.events = events;
  }

  @Override
  public void onSubscribe(Flow.Subscription s) {
    subscription = s;
    events.onTimeout(s::cancel);
    events.onError(error -> s.cancel());
    s.request(1);
  }

  @Override
  public void onNext(String piece) {
    Flow.Subscription pieces = subscription;
    if (pieces == null) {
      return;
    }
    try {
      // As JSON: an event's plain text would lose a space at its beginning.
      events.send(new ChatController.Said(piece), MediaType.APPLICATION_JSON);
      pieces.request(1);
    } catch (IOException | IllegalStateException gone) {
      pieces.cancel();
    }
  }

  @Override
  public void onError(Throwable error) {
    events.completeWithError(error);
  }

  @Override
  public void onComplete() {
    events.complete();
  }
}
// docs:end
