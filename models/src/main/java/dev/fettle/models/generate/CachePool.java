package dev.fettle.models.generate;

import dev.fettle.models.ModelShape;
import dev.fettle.models.nn.KeyValueCache;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.support.ProgramCache;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The caches of a generator, kept from call to call. A call that needs fewer positions takes a
 * larger cache where that is not more than twice too large, and leaves the rest unused; a cache
 * that a larger one can stand in for goes. So there are few, they take at most twice what the
 * largest of each number of rows takes, and calls of varied length settle on the same ones.
 */
final class CachePool implements AutoCloseable {
  private static final int UNIT = 32;
  private static final int WASTE = 2;

  /** Caches of the size asked for may take together so many times what the largest takes. */
  private static final int EXACT = 3;

  private final DeviceState state;
  private final ModelShape shape;
  private final ProgramCache programs;

  /** Those used last are last. */
  private final List<Entry> entries = new ArrayList<>();

  /**
   * A cache and the programs written for it, which live as long.
   *
   * @param cache its slots
   * @param programs that fill or move it
   * @param decode the program that is run for each token
   */
  record Entry(KeyValueCache cache, ProgramCache.Share programs, ProgramCache.Share decode) {

    private void closePrograms() {
      decode.close();
      programs.close();
    }

    /** Tokens it has room for. */
    private long size() {
      return (long) cache.rows() * cache.positions();
    }
  }

  CachePool(DeviceState state, ModelShape shape, ProgramCache programs) {
    this.state = state;
    this.shape = shape;
    this.programs = programs;
  }

  /** So many rows, rounded up to a size there are programs for. */
  static int rows(int wanted) {
    return Steps.up(wanted);
  }

  /** So many positions, rounded up to a size there are caches of. */
  static int positions(int wanted) {
    return Steps.up(wanted, UNIT);
  }

  /**
   * A cache of at least so many positions.
   *
   * @param rows one of the sizes of {@link #rows}
   */
  Entry take(int rows, int positions) {
    int enough = positions(positions);
    Optional<Entry> known =
        entries.stream()
            .filter(e -> e.cache.rows() == rows)
            .filter(e -> e.cache.positions() >= positions)
            .filter(e -> e.cache.positions() <= WASTE * enough)
            .min(Comparator.comparingInt(e -> e.cache.positions()));
    return used(known.orElseGet(() -> allocate(new KeyValueCache(shape, rows, enough))));
  }

  /**
   * A cache of the size of {@link #positions(int)}, whichever others there are: a runtime may round
   * otherwise where a cache is larger, so only then does a call give the same bits whatever was
   * called before it.
   *
   * @param rows one of the sizes of {@link #rows}
   */
  Entry takeExact(int rows, int positions) {
    KeyValueCache wanted = new KeyValueCache(shape, rows, positions(positions));
    Optional<Entry> known = entries.stream().filter(e -> e.cache.equals(wanted)).findFirst();
    return used(known.orElseGet(() -> allocate(wanted)));
  }

  private Entry used(Entry e) {
    entries.remove(e);
    entries.add(e);
    return e;
  }

  private Entry allocate(KeyValueCache cache) {
    cache.slots().forEach(state::allocate);
    // The weights stay as they are from token to token, so a backend may lay them out for decoding.
    ProgramCache.Share decode = programs.share(programs.options().overSteadyState());
    Entry made = new Entry(cache, programs.share(), decode);
    entries.add(made);
    return made;
  }

  /** Lets go of caches that others can stand in for; to be called while none is in use. */
  void settle() {
    List<Entry> needless = entries.stream().filter(this::hasLarger).toList();
    needless.forEach(this::release);
  }

  /**
   * Lets go of the caches that were not used for longest, where all together are many times what
   * the largest is; to be called while none is in use.
   */
  void settleExact() {
    long largest = entries.stream().mapToLong(Entry::size).max().orElse(0);
    long all = entries.stream().mapToLong(Entry::size).sum();
    for (Iterator<Entry> oldest = List.copyOf(entries).iterator();
        all > EXACT * largest && oldest.hasNext(); ) {
      Entry e = oldest.next();
      if (e.size() < largest) {
        all -= e.size();
        release(e);
      }
    }
  }

  private boolean hasLarger(Entry e) {
    int own = e.cache.positions();
    return entries.stream()
        .map(Entry::cache)
        .filter(c -> c.rows() == e.cache.rows())
        .anyMatch(c -> c.positions() > own && c.positions() <= WASTE * own);
  }

  private void release(Entry e) {
    entries.remove(e);
    e.closePrograms();
    e.cache.slots().forEach(slot -> state.release(slot.name()));
  }

  /** How many caches there are. */
  int size() {
    return entries.size();
  }

  /** Gives back all caches and their programs; the pool can go on. */
  @Override
  public void close() {
    List.copyOf(entries).forEach(this::release);
  }
}
