package dev.fettle.models.generate;

import dev.fettle.models.generate.Runs.Grid;
import dev.fettle.models.nn.TokenPlaces;
import java.util.Arrays;
import java.util.List;

/**
 * One call: from prompts to sequences that are over. Every live sequence has a row of the cache;
 * all rows have their newest token at the same position, so a short prompt begins behind padding.
 */
final class Decoding {
  /** New tokens there is room for at first; a cache that is full is exchanged for a larger one. */
  private static final int ROOM = 256;

  /** A batch that shrinks for fewer tokens than this gains less than the move costs. */
  private static final int WORTH_SHRINKING = 8;

  /**
   * A batch of so few rows takes hardly longer than one of fewer: weights are read once for all.
   */
  private static final int SMALL = 4;

  private final Runs runs;
  private final List<int[]> prompts;
  private final Ending ending;
  private final Chooser chooser;
  private final int padded;
  private List<Sequence> live;
  private CachePool.Entry entry;

  /** The next position of the cache to be written. */
  private int start;

  /** Samples of one prompt still share its row. */
  private boolean shared;

  /**
   * A call.
   *
   * @param sequences at least one for each prompt, those of the first prompt first
   */
  Decoding(Runs runs, List<int[]> prompts, List<Sequence> sequences, Ending ending) {
    this.runs = runs;
    this.prompts = prompts;
    this.live = sequences;
    this.ending = ending;
    this.chooser = runs.chooser(sequences.size());
    int longest = prompts.stream().mapToInt(p -> p.length).max().orElse(1);
    this.padded = Math.min(CachePool.positions(longest), runs.maxPositions());
    this.start = padded;
    this.shared = sequences.size() > prompts.size();
    // The last token of a sequence is given out, not read; the others are.
    int positions = shared ? padded : withRoom(left() - 1);
    this.entry = runs.cache(CachePool.rows(prompts.size()), positions);
  }

  void run() {
    live.forEach(s -> s.occupy(s.name().prompt()));
    choose(prefill());
    while (!live.isEmpty()) {
      arrange();
      choose(decode());
      start++;
    }
  }

  /** Tokens that may still come to a sequence. */
  private int left() {
    return live.stream().mapToInt(Sequence::left).max().orElse(0);
  }

  /** Positions for the tokens that may still be read, but for no more than a stretch of them. */
  private int withRoom(int unread) {
    return start + Math.min(unread, ROOM);
  }

  private Predictions prefill() {
    int rows = entry.cache().rows();
    int[] ids = new int[rows * padded];
    int[] segments = new int[rows * padded];
    int[] positions = new int[rows * padded];
    for (int row = 0; row < prompts.size(); row++) {
      int[] prompt = prompts.get(row);
      int first = (row + 1) * padded - prompt.length;
      for (int t = 0; t < prompt.length; t++) {
        ids[first + t] = prompt[t];
        segments[first + t] = 1;
        positions[first + t] = t;
      }
    }
    TokenPlaces places = TokenPlaces.packed(rows, padded, positions, segments);
    return runs.prefill(entry, new Grid(ids, places), segments);
  }

  private Predictions decode() {
    int rows = entry.cache().rows();
    int[] ids = new int[rows];
    int[] positions = new int[rows];
    // A row without a sequence sees its newest token alone.
    int[] first = new int[rows];
    Arrays.fill(first, start);
    for (Sequence s : live) {
      ids[s.row()] = s.newest();
      positions[s.row()] = s.position();
      first[s.row()] = padded - s.promptLength();
    }
    return runs.decode(entry, new Grid(ids, TokenPlaces.newest(positions)), start, first);
  }

  private void choose(Predictions predictions) {
    List<Pick> picks = chooser.choose(predictions, live);
    for (int i = 0; i < picks.size(); i++) {
      ending.add(live.get(i), picks.get(i));
    }
    live = live.stream().filter(s -> !s.isOver()).toList();
  }

  /** Gives each live sequence a row of its own, in a cache with room and few idle rows. */
  private void arrange() {
    int rows = entry.cache().rows();
    int fewer = Math.max(SMALL, CachePool.rows(live.size()));
    boolean shrinks = 2 * fewer <= rows && left() >= WORTH_SHRINKING;
    boolean full = start >= entry.cache().positions();
    if (!shared && !shrinks && !full) {
      return;
    }
    int own = shared ? CachePool.rows(live.size()) : shrinks ? fewer : rows;
    // The newest token is there, and not read yet.
    CachePool.Entry next = runs.cache(own, withRoom(left()));
    int[] sources = new int[own];
    for (int i = 0; i < live.size(); i++) {
      sources[i] = live.get(i).row();
      live.get(i).occupy(i);
    }
    runs.move(entry, next, sources);
    entry = next;
    shared = false;
  }
}
