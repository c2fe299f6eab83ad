package dev.fettle.harness.compare;

import org.jspecify.annotations.Nullable;

/**
 * What a run was carried out with, and what it cost beside its steps.
 *
 * @param backend id of the backend
 * @param version of the runtime behind it
 * @param device as in {@code cpu} or {@code gpu:0}
 * @param threads for one operation
 * @param java version of the JVM
 * @param compileSeconds spent on tracing and compiling programs, part of the steps' time
 * @param firstStepSeconds from the start of the process to the end of the first step; null if there
 *     was none
 * @param totalSeconds from the start of the process until the model was written
 * @param peakMemoryBytes the most physical memory the process ever held; null where the operating
 *     system does not tell
 */
public record RunFacts(
    String backend,
    String version,
    String device,
    int threads,
    String java,
    double compileSeconds,
    @Nullable Double firstStepSeconds,
    double totalSeconds,
    @Nullable Long peakMemoryBytes) {}
