package dev.fettle.harness.sample;

import dev.fettle.data.encode.LoadReport;

/**
 * What sampling came to.
 *
 * @param rows what became of the rows that hold the prompts
 * @param prompts how many there are
 * @param before prompts whose answers an earlier call had made
 * @param answers made by this call
 * @param tokens of these answers
 * @param cut answers that did not end by themselves
 * @param whole false where it was asked to stop before the end
 */
public record SampleReport(
    LoadReport rows, int prompts, int before, long answers, long tokens, long cut, boolean whole) {}
