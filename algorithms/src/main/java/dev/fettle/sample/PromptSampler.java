package dev.fettle.sample;

import dev.fettle.data.read.DataException;
import dev.fettle.models.generate.Generation;
import dev.fettle.models.generate.Generator;
import dev.fettle.models.generate.PromptSamples;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.models.generate.StopCondition;
import dev.fettle.models.generate.StopReason;
import dev.fettle.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Answers prompts with a model, a batch at a time. Prompts of like length share a batch; an answer
 * follows from its prompt, the options and which of the prompt's samples it is, whatever the batch
 * (but for rounding, which may differ where a batch has another size). Equal prompts have equal
 * answers. The same call gives the same bits on a CPU, whatever was sampled before. For one thread.
 */
public final class PromptSampler implements CompletionSource {
  private final Generator generator;
  private final Optional<Tokenizer> tokenizer;
  private final StopTokens ends;
  private final Settings settings;

  /**
   * How batches are made.
   *
   * @param stops texts that end an answer
   * @param batchSize sequences that are generated together
   * @param listener told how it goes on
   */
  public record Settings(StopStrings stops, int batchSize, SamplingListener listener) {

    /** Sequences that are generated together unless something else is asked for. */
    public static final int BATCH_SIZE = 16;

    /** Checks the size of a batch. */
    public Settings {
      if (batchSize < 1) {
        throw new IllegalArgumentException("a batch has at least one sequence, not " + batchSize);
      }
    }

    /** No stop strings, batches of the usual size. */
    public static Settings usual() {
      return new Settings(StopStrings.NONE, BATCH_SIZE, SamplingListener.NONE);
    }

    /** The same with other stop strings. */
    public Settings withStops(StopStrings others) {
      return new Settings(others, batchSize, listener);
    }

    /** The same with batches of another size. */
    public Settings withBatchSize(int size) {
      return new Settings(stops, size, listener);
    }

    /** The same, told to somebody. */
    public Settings toldTo(SamplingListener other) {
      return new Settings(stops, batchSize, other);
    }
  }

  /**
   * Answers with a model.
   *
   * @param generator over the model's slots
   * @param tokenizer of the model; without one answers have no text, and no stop string ends them
   * @param ends tokens that end an answer where the options name no others
   * @throws DataException if there are stop strings and no tokenizer
   */
  public PromptSampler(
      Generator generator, Optional<Tokenizer> tokenizer, StopTokens ends, Settings settings) {
    this.generator = generator;
    this.tokenizer = tokenizer;
    this.ends = ends;
    this.settings = settings;
    if (tokenizer.isEmpty() && !settings.stops().texts().isEmpty()) {
      throw new DataException(
          "stop strings end a text, and the model has no tokenizer; add tokenizer.json to its"
              + " directory, or name stop tokens");
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if a prompt leaves no room for a new token
   * @throws dev.fettle.models.generate.GenerationException if the logits are not numbers
   */
  @Override
  public List<Completion> sample(List<SamplePrompt> prompts, SamplingOptions options) {
    int samples = options.draws().samples();
    Completion[] made = new Completion[Math.multiplyExact(prompts.size(), samples)];
    for (List<Share> batch : batches(prompts, samples)) {
      answer(prompts, batch, options, made);
    }
    return List.of(made);
  }

  /**
   * Some samples of one prompt.
   *
   * @param prompt its place among the prompts
   */
  private record Share(int prompt, int first, int count) {}

  /** The longest prompts first: if memory does not suffice, it shows at once. */
  private List<List<Share>> batches(List<SamplePrompt> prompts, int samples) {
    List<Integer> order =
        IntStream.range(0, prompts.size())
            .boxed()
            .sorted(Comparator.comparingInt((Integer i) -> prompts.get(i).length()).reversed())
            .toList();
    List<List<Share>> batches = new ArrayList<>();
    List<Share> batch = new ArrayList<>();
    int room = settings.batchSize();
    for (int prompt : order) {
      for (int next = 0; next < samples; ) {
        int count = Math.min(room, samples - next);
        batch.add(new Share(prompt, next, count));
        next += count;
        room -= count;
        if (room == 0) {
          batches.add(batch);
          batch = new ArrayList<>();
          room = settings.batchSize();
        }
      }
    }
    if (!batch.isEmpty()) {
      batches.add(batch);
    }
    return batches;
  }

  private void answer(
      List<SamplePrompt> prompts, List<Share> batch, SamplingOptions options, Completion[] made) {
    List<SamplePrompt> asked = new ArrayList<>();
    List<Integer> places = new ArrayList<>();
    List<PromptSamples> wanted = new ArrayList<>();
    int samples = options.draws().samples();
    for (Share share : batch) {
      SamplePrompt prompt = prompts.get(share.prompt());
      wanted.add(new PromptSamples(prompt.ids(), share.first(), share.count()));
      for (int s = share.first(); s < share.first() + share.count(); s++) {
        asked.add(prompt);
        places.add(share.prompt() * samples + s);
      }
    }
    Texts texts = new Texts(asked, options);
    List<Generation> all =
        generator.sample(
            wanted,
            options.withStopIds(Set.of()),
            texts,
            (row, id) -> settings.listener().onToken());
    List<String> written = texts.finish(all);
    for (int i = 0; i < all.size(); i++) {
      int place = places.get(i);
      Generation ended = texts.ended(i, all.get(i));
      made[place] = new Completion(asked.get(i), place % samples, written.get(i), ended);
    }
    settings.listener().onBatch(all);
  }

  /** The texts of a batch's answers, and where each of them ends. */
  private final class Texts implements StopCondition {
    /** Needed while answers grow only where a text may end them. */
    private final Optional<TextStreams> streams;

    private final List<Set<Integer>> stopIds;

    Texts(List<SamplePrompt> asked, SamplingOptions options) {
      streams =
          tokenizer
              .filter(t -> !settings.stops().texts().isEmpty())
              .map(t -> new TextStreams(asked.size(), t, settings.stops(), (text, row) -> {}));
      stopIds = asked.stream().map(p -> options.stops().orElse(ends.after(p.chat()))).toList();
    }

    @Override
    public boolean endsWith(int row, int id) {
      // Each sequence by its own tokens, so that a conversation beside it changes nothing.
      boolean text = streams.isPresent() && streams.get().endsWith(row, id);
      return text || stopIds.get(row).contains(id);
    }

    /** The same, which knows of a token that ended it. */
    Generation ended(int row, Generation g) {
      boolean byToken = g.stopped() && stopIds.get(row).contains(g.ids()[g.ids().length - 1]);
      return byToken
          ? new Generation(g.ids(), g.logProbs(), g.samplingLogProbs(), StopReason.STOP_TOKEN)
          : g;
    }

    List<String> finish(List<Generation> all) {
      return streams
          .map(TextStreams::finish)
          .orElseGet(
              () ->
                  all.parallelStream()
                      .map(g -> tokenizer.map(t -> TextStream.of(t, g.ids())).orElse(""))
                      .toList());
    }
  }
}
