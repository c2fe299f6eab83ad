/**
 * What an application does with Fettle, from a base model to a streamed answer. The Java guide
 * shows these classes; start at {@link dev.fettle.example.plain.Main}.
 */
@NullMarked
package dev.fettle.example.plain;

import org.jspecify.annotations.NullMarked;
