/**
 * Files of rows: JSON Lines, JSON arrays, Parquet. A row is a JSON object with the place it came
 * from. Start at {@link dev.fettle.data.read.RowReader}.
 */
@NullMarked
package dev.fettle.data.read;

import org.jspecify.annotations.NullMarked;
