/**
 * What a {@code tokenizer.json} must be before the native tokenizers library may see it. The
 * library ends the whole process where it meets what its authors did not expect, so nothing reaches
 * it as it was written: {@link dev.fettle.tokenizer.check.CheckedJson} writes the file anew, key by
 * key, and refuses what the library does not say it takes.
 *
 * <p>Not here: which tokens are added, which class builds the tokenizer.
 */
@NullMarked
package dev.fettle.tokenizer.check;

import org.jspecify.annotations.NullMarked;
