/**
 * The parts models are made of: parameters by name, linear layers, attention over packed rows or
 * over a cache. Start with {@link dev.fettle.models.nn.ModelScope}.
 */
@NullMarked
package dev.fettle.models.nn;

import org.jspecify.annotations.NullMarked;
