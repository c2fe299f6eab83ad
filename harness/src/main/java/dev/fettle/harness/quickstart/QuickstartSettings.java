package dev.fettle.harness.quickstart;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What to run.
 *
 * @param backend of the main run; by default onnxruntime or tensorflow, whichever can run here
 * @param directory everything is written there; it must be empty or absent
 * @param seed of data, weights and order
 * @param scale how large
 * @param alone whether the main backend runs alone, with none beside it
 */
public record QuickstartSettings(
    Optional<String> backend, Path directory, long seed, Scale scale, boolean alone) {}
