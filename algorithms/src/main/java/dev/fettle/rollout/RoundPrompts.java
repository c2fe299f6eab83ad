package dev.fettle.rollout;

import dev.fettle.data.Example;
import dev.fettle.data.batch.Order;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.RowOrigin;
import dev.fettle.data.store.ContentKey;
import dev.fettle.sample.SamplePrompt;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The prompts of a run, numbered by their place, so that an answer can be put back behind its own
 * though rows are dropped or stand there twice. Each is read when it is asked for.
 */
public final class RoundPrompts extends AbstractList<SamplePrompt> {
  private final List<SamplePrompt> prompts;

  /** Prompts, perhaps outside of the heap. */
  public RoundPrompts(List<SamplePrompt> prompts) {
    this.prompts = prompts;
  }

  @Override
  public SamplePrompt get(int place) {
    SamplePrompt p = prompts.get(place);
    return new SamplePrompt(place, p.row(), p.text(), p.chat(), p.ids());
  }

  @Override
  public int size() {
    return prompts.size();
  }

  /**
   * The prompts of a round, the next of shuffled passes over all.
   *
   * @param round from 1
   * @param count of each round
   */
  public List<SamplePrompt> ofRound(int round, int count, long seed) {
    Order order = Order.shuffled(seed);
    List<SamplePrompt> chosen = new ArrayList<>(count);
    long pass = -1;
    int[] visits = {};
    for (long at = (long) (round - 1) * count; at < (long) round * count; at++) {
      if (at / size() != pass) {
        pass = at / size();
        visits = order.visits(pass, size());
      }
      chosen.add(get(visits[(int) (at % size())]));
    }
    return chosen;
  }

  /** Identifies them: equal where the tokens are. */
  public String fingerprint() {
    ContentKey key = new ContentKey();
    for (SamplePrompt prompt : prompts) {
      add(key, prompt);
    }
    return key.hex();
  }

  static void add(ContentKey key, SamplePrompt prompt) {
    key.number(prompt.ids().length);
    for (int id : prompt.ids()) {
      key.number(id);
    }
  }

  /**
   * The prompt of an answer.
   *
   * @param origin where the answer stands
   * @throws DataException if there is none
   */
  public SamplePrompt of(RewardedAnswer answer, RowOrigin origin) {
    if (answer.index() < 0 || answer.index() >= size()) {
      throw DataException.at(
          origin,
          "answers prompt "
              + answer.index()
              + " of "
              + size()
              + "; restore the rows of data.train, or begin a new run under another name");
    }
    return get((int) answer.index());
  }

  /**
   * A prompt and an answer as one sequence: the answer's tokens are its targets, those that ended
   * it among them.
   *
   * @param origin where the answer stands
   * @throws DataException if there is no such prompt
   */
  public Example example(RewardedAnswer answer, RowOrigin origin) {
    return example(of(answer, origin).ids(), answer.ids(), origin);
  }

  /** The same of an answer's tokens. */
  public Example example(int place, int[] answer, RowOrigin origin) {
    return example(get(place).ids(), answer, origin);
  }

  /** A prompt and an answer as one sequence, from wherever they come. */
  public static Example example(int[] prompt, int[] answer, RowOrigin origin) {
    int[] ids = Arrays.copyOf(prompt, prompt.length + answer.length);
    System.arraycopy(answer, 0, ids, prompt.length, answer.length);
    byte[] targets = new byte[ids.length];
    Arrays.fill(targets, prompt.length, ids.length, (byte) 1);
    return new Example(ids, targets, origin);
  }
}
