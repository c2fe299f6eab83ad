@NullMarked
package dev.fettle.algorithm.rl.estimate;

import org.jspecify.annotations.NullMarked;
