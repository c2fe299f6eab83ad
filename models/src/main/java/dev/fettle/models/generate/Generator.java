package dev.fettle.models.generate;

import dev.fettle.models.ModelShape;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.spi.support.SoleUse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Generates text from the policy's own slots with a key-value cache: one prefill over the prompts,
 * then one decode a token. Prompts of different length are padded on the left; sequences that are
 * over are put out of the batch as it can shrink to half.
 *
 * <p>A prompt is continued in the same way whatever it is batched with: its draws depend on its own
 * tokens, the seed and the step ({@link SamplingOptions.Draws}), and every sequence has its own
 * limit. What remains is rounding: a runtime may add up a row in another order where the batch has
 * another size, so logits agree to a few units in the last place.
 *
 * <p>Caches are kept from call to call, until {@link #close}. Like the backend it serves one thread
 * at a time: a call while another one runs, also one from a listener, is an {@link
 * IllegalStateException}.
 */
public final class Generator implements AutoCloseable {
  private final GeneratorModel model;
  private final DeviceState state;
  private final CachePool pool;
  private final SoleUse guard = new SoleUse("the generator");

  /**
   * A generator over parameters in state.
   *
   * @param state holds the model's parameters and tables; the caches are added to it
   * @param programs where compiled programs are kept; of the state's backend
   */
  public Generator(GeneratorModel model, DeviceState state, ProgramCache programs) {
    this.model = model;
    this.state = state;
    this.pool = new CachePool(state, model.body().shape(), programs);
  }

  /**
   * Continues prompts.
   *
   * @param prompts token ids, each at least one
   * @return as many a prompt as the options say, those of the first prompt first
   * @throws IllegalArgumentException if a prompt is empty, names an unknown token, or leaves no
   *     room for a new token
   * @throws IllegalStateException if another call runs, or the generator is closed
   * @throws GenerationException if the logits are not numbers, naming the token and the prompt
   */
  public List<Generation> generate(
      List<int[]> prompts, SamplingOptions options, TokenListener listener) {
    return generate(prompts, options, StopCondition.never(), listener);
  }

  /**
   * Continues prompts, each until a stop token, a condition of the caller's, or the limit.
   *
   * @param prompts token ids, each at least one
   * @param stop asked after each new token whether its sequence is over
   * @param listener told of each new token; rows are counted as in the result
   * @return as many a prompt as the options say, those of the first prompt first
   * @throws IllegalArgumentException if a prompt is empty, names an unknown token, or leaves no
   *     room for a new token
   * @throws IllegalStateException if another call runs, or the generator is closed
   * @throws GenerationException if the logits are not numbers, naming the token and the prompt
   */
  public List<Generation> generate(
      List<int[]> prompts, SamplingOptions options, StopCondition stop, TokenListener listener) {
    return guard.call(
        () -> {
          try {
            Runs runs = new Runs(model, state, pool, options.choice(), false);
            return decode(
                numbered(prompts, options), options, runs, ending(options, stop, listener));
          } finally {
            pool.settle();
          }
        });
  }

  /**
   * Continues prompts, some samples of each: for many prompts, a call a batch. Unlike those of
   * {@link #generate(List, SamplingOptions, StopCondition, TokenListener) generate}, samples are
   * numbered by the caller, so that a prompt's may be spread over calls; and caches have the size
   * the call needs, whatever was called before, so that on a CPU the same call gives the same bits.
   *
   * @param wanted which samples of which prompts
   * @param options whose number of samples does not count
   * @param stop asked after each new token whether its sequence is over
   * @param listener told of each new token; rows are counted as in the result
   * @return the samples of the first prompt first
   * @throws IllegalArgumentException if a prompt is empty, names an unknown token, or leaves no
   *     room for a new token
   * @throws IllegalStateException if another call runs, or the generator is closed
   * @throws GenerationException if the logits are not numbers, naming the token and the prompt
   */
  public List<Generation> sample(
      List<PromptSamples> wanted,
      SamplingOptions options,
      StopCondition stop,
      TokenListener listener) {
    return guard.call(
        () -> {
          try {
            Runs runs = new Runs(model, state, pool, options.choice(), true);
            return decode(wanted, options, runs, ending(options, stop, listener));
          } finally {
            pool.settleExact();
          }
        });
  }

  private static Ending ending(
      SamplingOptions options, StopCondition stop, TokenListener listener) {
    return new Ending(options.stopIds(), stop, listener);
  }

  private List<Generation> decode(
      List<PromptSamples> wanted, SamplingOptions options, Runs runs, Ending ending) {
    ModelShape shape = model.body().shape();
    wanted.forEach(w -> check(w.prompt(), shape));
    if (wanted.isEmpty()) {
      return List.of();
    }
    List<Sequence> sequences = sequences(wanted, options, shape);
    List<int[]> prompts = wanted.stream().map(PromptSamples::prompt).toList();
    new Decoding(runs, prompts, sequences, ending).run();
    return sequences.stream().map(Sequence::result).toList();
  }

  private static void check(int[] prompt, ModelShape shape) {
    if (prompt.length == 0) {
      throw new IllegalArgumentException("a prompt is empty; give at least one token");
    }
    if (prompt.length > shape.maxPositions()) {
      throw new IllegalArgumentException(
          "a prompt of "
              + prompt.length
              + " tokens leaves no room: the model takes "
              + shape.maxPositions());
    }
    for (int id : prompt) {
      if (id < 0 || id >= shape.vocab()) {
        throw new IllegalArgumentException(
            "token id " + id + " is outside the model's vocabulary of " + shape.vocab());
      }
    }
  }

  /** A prompt that is given twice has twice as many samples, all different. */
  private static List<PromptSamples> numbered(List<int[]> prompts, SamplingOptions options) {
    int samples = options.draws().samples();
    Map<List<Integer>, Integer> before = new HashMap<>();
    List<PromptSamples> all = new ArrayList<>();
    for (int[] prompt : prompts) {
      List<Integer> key = Arrays.stream(prompt).boxed().toList();
      int first = before.merge(key, samples, Integer::sum) - samples;
      all.add(new PromptSamples(prompt, first, samples));
    }
    return all;
  }

  private static List<Sequence> sequences(
      List<PromptSamples> wanted, SamplingOptions options, ModelShape shape) {
    List<Sequence> all = new ArrayList<>();
    for (int p = 0; p < wanted.size(); p++) {
      int[] prompt = wanted.get(p).prompt();
      int first = wanted.get(p).first();
      // The last new token is only given out, never read: it needs no position.
      int room = shape.maxPositions() - prompt.length + 1;
      int limit = Math.min(options.maxNewTokens(), room);
      for (int s = first; s < first + wanted.get(p).count(); s++) {
        Sequence.Name name = new Sequence.Name(all.size(), p, s);
        all.add(new Sequence(name, prompt, limit, DrawNames.stream(options.draws(), prompt, s)));
      }
    }
    return all;
  }

  /** Gives back the memory of the caches; the next call makes them anew. */
  public void releaseCaches() {
    guard.run(pool::close);
  }

  @Override
  public void close() {
    guard.close(pool::close);
  }
}
