@NullMarked
package dev.fettle.feedback.endpoint;

import org.jspecify.annotations.NullMarked;
