@NullMarked
package dev.fettle.algorithm.rl;

import org.jspecify.annotations.NullMarked;
