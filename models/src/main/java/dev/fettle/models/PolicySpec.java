package dev.fettle.models;

import dev.fettle.models.head.Head;
import dev.fettle.models.head.LmHead;
import dev.fettle.models.nn.DenseLinears;
import dev.fettle.models.nn.Linears;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Source;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a policy is made of. What it keeps on a device, what is trained, saved and restored follows
 * from this by {@link ModelParts#trace}; nothing is listed twice.
 *
 * @param body the architecture
 * @param heads what it has on top: next-token logits, a reward, a value, or several
 * @param linears how linear layers are computed: dense, adapted, quantised
 * @param trainable which parameters training changes
 */
public record PolicySpec(
    LanguageModel body, List<Head> heads, Linears linears, Predicate<ParameterSpec> trainable) {

  /** Keeps an immutable copy. */
  public PolicySpec {
    heads = List.copyOf(heads);
  }

  /** A language model of which every parameter is trained. */
  public static PolicySpec of(LanguageModel body) {
    return of(body, List.of(new LmHead(body)));
  }

  /** A model with these heads of which every parameter is trained. */
  public static PolicySpec of(LanguageModel body, List<Head> heads) {
    return new PolicySpec(body, heads, new DenseLinears(), p -> p.source() != Source.QUANTISED);
  }

  /** The same with an adapter: it and heads of the policy's own are trained, the base is frozen. */
  public PolicySpec adapted(Linears adapter) {
    return new PolicySpec(
        body, heads, adapter, p -> p.source() == Source.ADAPTER || p.source() == Source.HEAD);
  }

  /** The same over the same slots as if there were no adapter; nothing is trained. */
  public PolicySpec withoutAdapter() {
    return new PolicySpec(body, heads, linears.withoutAdapter(), p -> false);
  }

  /** The same, nothing trained: for scoring and generation. */
  public PolicySpec frozen() {
    return new PolicySpec(body, heads, linears, p -> false);
  }

  /**
   * A head of a type.
   *
   * @throws IllegalStateException if the policy has none
   */
  public <H extends Head> H head(Class<H> type) {
    return findHead(type)
        .orElseThrow(() -> new IllegalStateException("the policy has no " + type.getSimpleName()));
  }

  /** A head of a type, if the policy has one. */
  public <H extends Head> Optional<H> findHead(Class<H> type) {
    return heads.stream().filter(type::isInstance).map(type::cast).findFirst();
  }
}
