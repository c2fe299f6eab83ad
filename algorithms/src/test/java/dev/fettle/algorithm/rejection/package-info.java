@NullMarked
package dev.fettle.algorithm.rejection;

import org.jspecify.annotations.NullMarked;
