package dev.fettle.sample;

import dev.fettle.models.generate.Generation;
import java.util.List;

/** Told how sampling goes on. What it throws ends the call. */
public interface SamplingListener {

  /** Told nothing. */
  SamplingListener NONE = new SamplingListener() {};

  /** A token came to each sequence of the batch, or to one of them. */
  default void onToken() {}

  /** A batch is over; its answers are given out when those before them are. */
  default void onBatch(List<Generation> made) {}
}
