/**
 * Files and directories that appear whole or not at all, and are on disk when a call returns. Start
 * at {@link dev.fettle.files.AtomicFile}. Errors are plain {@link java.io.IOException}s: whoever
 * writes says what it was writing.
 */
@NullMarked
package dev.fettle.files;

import org.jspecify.annotations.NullMarked;
