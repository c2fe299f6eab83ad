/**
 * The configuration of a run: immutable records, read from YAML or JSON with every problem reported
 * at once, each with its line.
 *
 * <p>Nothing is opened or computed here. Start at {@link dev.fettle.harness.config.RunConfig}, then
 * {@link dev.fettle.harness.config.ConfigReader}.
 */
@NullMarked
package dev.fettle.harness.config;

import org.jspecify.annotations.NullMarked;
