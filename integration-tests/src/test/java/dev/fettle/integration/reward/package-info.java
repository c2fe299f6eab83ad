/** Reward functions as an application has them, registered as services. */
@NullMarked
package dev.fettle.integration.reward;

import org.jspecify.annotations.NullMarked;
