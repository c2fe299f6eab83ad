package dev.fettle.models.nn;

import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import java.util.List;

/**
 * Attention within the rows of a batch, whose keys and values become the whole contents of a cache:
 * how a prompt is read. Positions behind the batch's are zeros, so nothing of what the cache held
 * before is left, not even numbers that are not finite.
 */
public final class FillingAttention implements AttentionStrategy {
  private final ProgramBuilder builder;
  private final KeyValueCache cache;
  private final AttentionStrategy within;

  /**
   * Attention that fills a cache.
   *
   * @param cache of as many rows as the batch, and at least as many positions
   * @param within how the tokens of the batch see each other
   */
  public FillingAttention(ProgramBuilder builder, KeyValueCache cache, AttentionStrategy within) {
    this.builder = builder;
    this.cache = cache;
    this.within = within;
  }

  @Override
  public Value attend(ModelScope scope, Spec spec, Value q, Value k, Value v) {
    fill(scope.g(), cache.keys(spec.layer()), k);
    fill(scope.g(), cache.values(spec.layer()), v);
    return within.attend(scope, spec, q, k, v);
  }

  private void fill(GraphBuilder g, Slot slot, Value fresh) {
    long tokens = fresh.shape().size(2);
    Value named = g.reshape(fresh, cache.shapeOf(tokens));
    List<Long> rest = List.of(0L, 0L, cache.positions() - tokens, 0L);
    builder.write(slot.name(), g.pad(named, List.of(0L, 0L, 0L, 0L), rest, 0));
  }
}
