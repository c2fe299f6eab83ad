@NullMarked
package dev.fettle.algorithm.slic;

import org.jspecify.annotations.NullMarked;
