@NullMarked
package dev.fettle.feedback.job;

import org.jspecify.annotations.NullMarked;
