/**
 * What an algorithm is to the rest of the house. Each has a package of its own below this one or,
 * an application's own, anywhere: settings, rows, objective, batches, and a Guice module that puts
 * them together. Nothing outside names one. Start at {@link dev.fettle.algorithm.Algorithm}.
 */
@NullMarked
package dev.fettle.algorithm;

import org.jspecify.annotations.NullMarked;
