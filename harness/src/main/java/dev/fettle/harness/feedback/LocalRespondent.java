package dev.fettle.harness.feedback;

import dev.fettle.data.store.ContentKey;
import dev.fettle.feedback.Pacing;
import dev.fettle.feedback.Question;
import dev.fettle.feedback.Reply;
import dev.fettle.feedback.Respondent;
import dev.fettle.feedback.Usage;
import dev.fettle.harness.config.AdapterSettings;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.config.ModelSettings;
import dev.fettle.harness.model.Continuation;
import dev.fettle.harness.model.GeneratedText;
import dev.fettle.harness.model.LoadedModel;
import dev.fettle.harness.model.ModelKey;
import dev.fettle.harness.model.Prompt;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.sample.StopStrings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A model on a backend that answers questions: a brief one by the likelihoods of its options, which
 * small models are better at than at writing, others by text. With a chat template it answers a
 * conversation, without one it goes on with a text. For one thread.
 */
final class LocalRespondent implements Respondent {
  /** A model that goes on with a text would begin the next part of it. */
  private static final StopStrings PLAIN_ENDS = StopStrings.of("\n[");

  private final LoadedModel model;
  private final RespondentSettings.Local settings;
  private final LocalQuestions questions;
  private final String key;
  private final long seed;
  private final BooleanSupplier stop;

  /** How it is run. */
  record Run(BackendSettings backend, long seed, BooleanSupplier stop) {}

  LocalRespondent(RespondentSettings.Local settings, Run run) {
    ModelSettings plain = ModelSettings.of(settings.model());
    ModelSettings whole =
        settings.adapter().map(a -> plain.with(AdapterSettings.of(a))).orElse(plain);
    this.settings = settings;
    this.seed = run.seed();
    this.stop = run.stop();
    this.model = LoadedModel.open(whole, settings.backend().orElse(run.backend()));
    try {
      boolean chat = settings.chat().orElseGet(() -> model.tokenizer().hasChatTemplate());
      this.questions = new LocalQuestions(model, chat);
      this.key = ModelKey.of(whole);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  @Override
  public List<Reply> answer(List<Question> all) {
    List<Reply> replies = new ArrayList<>();
    for (int from = 0; from < all.size(); from += settings.batchSize()) {
      if (stop.getAsBoolean()) {
        throw new CancellationException("asked to stop");
      }
      replies.addAll(batch(all.subList(from, Math.min(all.size(), from + settings.batchSize()))));
    }
    return replies;
  }

  private List<Reply> batch(List<Question> some) {
    long begun = System.nanoTime();
    Reply[] replies = new Reply[some.size()];
    List<Integer> brief = new ArrayList<>();
    List<Integer> written = new ArrayList<>();
    for (int i = 0; i < some.size(); i++) {
      int length = questions.prompt(some.get(i)).length;
      if (length >= model.maxPositions()) {
        replies[i] =
            Reply.faulty(
                "a question of "
                    + length
                    + " tokens, and the model takes "
                    + model.maxPositions()
                    + "; take one that takes more, or shorter rows",
                effort(some.get(i), Usage.NONE));
      } else {
        (some.get(i).brief() ? brief : written).add(i);
      }
    }
    likelihoods(some, brief, replies);
    write(some, written, replies);
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun) / some.size();
    return Arrays.stream(replies).map(r -> timed(r, millis)).toList();
  }

  private static Reply timed(Reply reply, long millis) {
    Reply.Effort effort = reply.effort();
    return new Reply(
        reply.text(),
        reply.logProbs(),
        reply.fault(),
        new Reply.Effort(effort.request(), effort.retries(), millis, effort.usage()));
  }

  private Reply.Effort effort(Question question, Usage usage) {
    String request =
        new ContentKey().text(questions.text(question)).text(question.options().toString()).hex();
    return new Reply.Effort(request, 0, 0, usage);
  }

  private void likelihoods(List<Question> some, List<Integer> places, Reply[] replies) {
    List<Continuation> asked = new ArrayList<>();
    for (int place : places) {
      asked.addAll(questions.options(some.get(place)));
    }
    if (asked.isEmpty()) {
      return;
    }
    double[] logProbs = model.logProbs(asked);
    int next = 0;
    for (int place : places) {
      Question question = some.get(place);
      int count = question.options().size();
      Map<String, Double> named =
          LocalQuestions.named(
              question.options(),
              asked.subList(next, next + count),
              Arrays.copyOfRange(logProbs, next, next + count));
      Usage usage = new Usage(asked.get(next).prompt().length, count);
      replies[place] = new Reply("", named, Optional.empty(), effort(question, usage));
      next += count;
    }
  }

  private void write(List<Question> some, List<Integer> places, Reply[] replies) {
    if (places.isEmpty()) {
      return;
    }
    List<Prompt> prompts =
        places.stream().map(p -> Prompt.ids(questions.prompt(some.get(p)))).toList();
    int attempt = some.get(places.get(0)).attempt();
    SamplingOptions options =
        settings.temperature() == 0
            ? SamplingOptions.greedy(settings.maxTokens())
            : SamplingOptions.sampling(settings.maxTokens())
                .withTemperature(settings.temperature())
                .withSeed(seed)
                .withStep(attempt);
    List<GeneratedText> texts =
        model.generateAll(
            prompts,
            options.withDefaultStopIds(questions.ends()),
            questions.chat() ? StopStrings.NONE : PLAIN_ENDS,
            (row, text) -> requireGoingOn());
    for (int i = 0; i < places.size(); i++) {
      Question question = some.get(places.get(i));
      GeneratedText text = texts.get(i);
      Usage usage = new Usage(questions.prompt(question).length, text.generation().ids().length);
      replies[places.get(i)] = Reply.of(text.text(), effort(question, usage));
    }
  }

  private void requireGoingOn() {
    if (stop.getAsBoolean()) {
      throw new CancellationException("asked to stop");
    }
  }

  @Override
  public String identity() {
    return "model "
        + key
        + " on "
        + model.backend()
        + (questions.chat() ? " chat" : " text")
        + " temperature "
        + settings.temperature()
        + " maxTokens "
        + settings.maxTokens()
        + " batchSize "
        + settings.batchSize()
        + " seed "
        + seed;
  }

  @Override
  public boolean varies() {
    return settings.temperature() > 0;
  }

  @Override
  public Pacing pacing() {
    return new Pacing(settings.batchSize(), true);
  }

  @Override
  public void close() {
    model.close();
  }
}
