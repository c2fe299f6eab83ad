/**
 * An algorithm as an application writes one, outside Fettle's own sources: the example of
 * docs/contributing/adding-an-algorithm.md. Start at {@link
 * dev.fettle.integration.contrast.ContrastAlgorithm}.
 */
@NullMarked
package dev.fettle.integration.contrast;

import org.jspecify.annotations.NullMarked;
