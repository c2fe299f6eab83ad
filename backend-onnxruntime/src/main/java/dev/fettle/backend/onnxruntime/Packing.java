package dev.fettle.backend.onnxruntime;

import org.jspecify.annotations.Nullable;

/**
 * Which program keeps packed copies of weights: one at a time, since every session makes its own
 * and they take as much memory as the weights.
 */
final class Packing {
  private @Nullable ProgramSessions holder;

  /** Gives the place to a program; another lets go of its copies. */
  void give(ProgramSessions next) {
    ProgramSessions before = holder;
    holder = next;
    if (before != null && before != next) {
      before.unpack();
    }
  }

  /** A program that has let go of its copies. */
  void forget(ProgramSessions program) {
    if (holder == program) {
      holder = null;
    }
  }
}
