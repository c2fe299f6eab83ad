/**
 * Programs: graphs whose ends are named, and the passes that prepare them for a backend. Start with
 * {@link dev.fettle.program.ProgramBuilder}, then {@link dev.fettle.program.Passes}.
 */
@NullMarked
package dev.fettle.program;

import org.jspecify.annotations.NullMarked;
