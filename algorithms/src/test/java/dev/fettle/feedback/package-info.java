@NullMarked
package dev.fettle.feedback;

import org.jspecify.annotations.NullMarked;
