/**
 * Many prompts answered by a model, into a file that a later call goes on with. Start at {@link
 * dev.fettle.harness.sample.SampleRequest}.
 */
@NullMarked
package dev.fettle.harness.sample;

import org.jspecify.annotations.NullMarked;
