/**
 * From rows to token ids with their targets marked: formats, chat templates, tokenisation, what is
 * dropped and why. {@link dev.fettle.data.encode.RowEncoder} makes an {@link
 * dev.fettle.data.Example} of a row; {@link dev.fettle.data.encode.DatasetLoader}, the place to
 * start, does so for whole files on many threads.
 */
@NullMarked
package dev.fettle.data.encode;

import org.jspecify.annotations.NullMarked;
