/**
 * What stands on a model's body: next-token logits, a reward, a value. Start at {@link
 * dev.fettle.models.head.Head}.
 */
@NullMarked
package dev.fettle.models.head;

import org.jspecify.annotations.NullMarked;
