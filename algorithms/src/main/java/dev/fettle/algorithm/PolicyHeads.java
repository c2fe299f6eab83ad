package dev.fettle.algorithm;

import dev.fettle.models.LanguageModel;
import dev.fettle.models.head.Head;
import dev.fettle.models.head.LmHead;
import java.util.List;
import java.util.function.Function;

/**
 * What an algorithm's policy has on top of its body: next-token logits, unless its module binds
 * something else by {@code OptionalBinder.newOptionalBinder(binder(),
 * PolicyHeads.class).setBinding()}.
 *
 * @param of the heads for a body
 */
public record PolicyHeads(Function<LanguageModel, List<Head>> of) {

  /** Next-token logits. */
  public static final PolicyHeads LANGUAGE_MODEL =
      new PolicyHeads(body -> List.of(new LmHead(body)));
}
