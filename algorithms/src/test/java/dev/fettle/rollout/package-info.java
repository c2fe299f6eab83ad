@NullMarked
package dev.fettle.rollout;

import org.jspecify.annotations.NullMarked;
