/**
 * The {@code fettle} command: thin picocli commands over the harness. Start at {@link
 * dev.fettle.cli.Main}.
 */
@NullMarked
package dev.fettle.cli;

import org.jspecify.annotations.NullMarked;
