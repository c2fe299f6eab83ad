package dev.fettle.rollout;

import dev.fettle.sample.CompletionSource;

/** Samples from the policy as it is, for as long as it is open; then its memory is given back. */
public interface Sampler extends CompletionSource, AutoCloseable {
  @Override
  void close();
}
