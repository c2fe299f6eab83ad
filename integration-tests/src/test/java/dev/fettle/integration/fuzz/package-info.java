/**
 * Mutated inputs for everything that reads a stranger's file. Start at {@link
 * dev.fettle.integration.fuzz.Fuzz}; the inputs they start from are small files beside this
 * package's resources.
 */
@NullMarked
package dev.fettle.integration.fuzz;

import org.jspecify.annotations.NullMarked;
