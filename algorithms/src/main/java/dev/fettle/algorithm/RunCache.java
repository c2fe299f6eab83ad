package dev.fettle.algorithm;

import java.nio.file.Path;

/**
 * Where a run keeps what it can make again. What lies there is found by all that it depends on.
 *
 * @param directory made by whoever first writes there
 */
public record RunCache(Path directory) {}
