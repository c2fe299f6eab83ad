/** The example does what it says, also outside this build. */
@NullMarked
package dev.fettle.example.plain;

import org.jspecify.annotations.NullMarked;
