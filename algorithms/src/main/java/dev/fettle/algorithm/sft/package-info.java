/**
 * Supervised fine-tuning: its settings, its objective, and how both become a run. Start at {@link
 * dev.fettle.algorithm.sft.SftAlgorithm}; the rows it reads are {@link
 * dev.fettle.data.encode.TextRows}.
 */
@NullMarked
package dev.fettle.algorithm.sft;

import org.jspecify.annotations.NullMarked;
