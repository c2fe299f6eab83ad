package dev.fettle.example.spring;

import dev.fettle.harness.model.LoadedModel;
import dev.fettle.harness.model.Prompt;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.tokenizer.ChatMessage;
import dev.fettle.tokenizer.TokenizerException;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** Answers conversations, whole or piece by piece. */
@RestController
class ChatController {
  private static final SamplingOptions GREEDY = SamplingOptions.greedy(64);

  private final LoadedModel model;

  ChatController(LoadedModel model) {
    this.model = model;
  }

  /**
   * A question.
   *
   * @param messages the conversation so far
   */
  record Conversation(List<ChatMessage> messages) {}

  /**
   * What the model says, or a piece of it.
   *
   * @param text may begin and end with a space
   */
  record Said(String text) {}

  // docs:begin endpoint
  @PostMapping("/chat")
  Said chat(@RequestBody Conversation asked) {
    return new Said(model.chat(asked.messages(), GREEDY));
  }

  @PostMapping(path = "/chat/stream", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
  SseEmitter stream(@RequestBody Conversation asked) {
    SseEmitter events = new SseEmitter(0L);
    model.stream(Prompt.chat(asked.messages()), GREEDY).subscribe(new EventSubscriber(events));
    return events;
  }

  // docs:end

  /** A conversation the model cannot take is the client's mistake. */
  @ExceptionHandler({IllegalArgumentException.class, TokenizerException.class})
  ProblemDetail refuse(RuntimeException e) {
    return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, String.valueOf(e.getMessage()));
  }
}
