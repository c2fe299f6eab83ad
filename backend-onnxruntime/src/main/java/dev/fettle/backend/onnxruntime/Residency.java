package dev.fettle.backend.onnxruntime;

import java.util.IdentityHashMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which session with large intermediate results may keep its memory between runs: one at a time.
 *
 * <p>Every session has an arena of its own, which never shrinks by itself: without this, training
 * on batches of five sizes would hold the activations of five batches. The resident runs at full
 * speed; the others give their memory back after each run, which costs them the page faults of the
 * next. A resident that is passed over several times in a row is put to sleep, and another takes
 * its place. Sessions that hold half a gibibyte together at most all stay: to make one anew takes
 * longer than to run it. A GPU's memory nobody else wants: while much of it is free, all keep
 * theirs.
 */
final class Residency {
  /** Runs of others in a row after which the resident has to go. */
  private static final int PATIENCE = 4;

  /** What sessions may keep besides the resident, by what they hold at most. */
  private static final long SPARE = 512L << 20;

  private final IdentityHashMap<ModelSession, Long> kept = new IdentityHashMap<>();
  private @Nullable ModelSession resident;
  private int passedOver;
  private final BooleanSupplier roomy;

  /**
   * For the sessions of one backend.
   *
   * @param roomy whether there is memory enough for all of them
   */
  Residency(BooleanSupplier roomy) {
    this.roomy = roomy;
  }

  /**
   * Whether a session that is about to run may keep its memory.
   *
   * @param bytes it holds at most
   */
  boolean admits(ModelSession session, long bytes) {
    if (roomy.getAsBoolean() || kept.containsKey(session)) {
      return true;
    }
    long others = kept.values().stream().mapToLong(Long::longValue).sum();
    if (session != resident && bytes <= SPARE - others) {
      kept.put(session, bytes);
      return true;
    }
    ModelSession current = resident;
    if (current != null && current != session) {
      passedOver++;
      if (passedOver < PATIENCE) {
        return false;
      }
      current.sleep();
    }
    resident = session;
    passedOver = 0;
    return true;
  }

  /** A session that is closed keeps nothing. */
  void forget(ModelSession session) {
    kept.remove(session);
    if (resident == session) {
      resident = null;
      passedOver = 0;
    }
  }
}
