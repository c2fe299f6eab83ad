package dev.fettle.algorithm;

import dev.fettle.models.head.Head;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.train.Policy;
import java.util.List;
import java.util.function.BiFunction;

/**
 * What the finished model's config says of its heads: {@link PolicyHeads} with what can be measured
 * only when training is over, as where a reward model's rewards lie. An algorithm's module binds it
 * by {@code ProvidesIntoOptional}; without, heads are as they were.
 *
 * @param of the heads of a trained policy; the programs are those of its backend
 */
public record FinishedHeads(BiFunction<Policy, ProgramCache, List<Head>> of) {

  /** Nothing is measured. */
  public static final FinishedHeads AS_THEY_WERE =
      new FinishedHeads((policy, programs) -> policy.spec().heads());
}
