/**
 * Rows of Parquet files, read by DuckDB; in a module of its own since that is 80 MB large. Found as
 * a service. Start at {@link dev.fettle.parquet.ParquetFiles}.
 */
@NullMarked
package dev.fettle.parquet;

import org.jspecify.annotations.NullMarked;
