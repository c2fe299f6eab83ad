package dev.fettle.objective;

import dev.fettle.data.batch.MicroBatch;
import dev.fettle.ir.TensorType;
import dev.fettle.models.nn.AttentionStrategy;
import dev.fettle.models.nn.SharedPromptAttention;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.spi.HostTensor;
import java.util.Map;

/**
 * Rows in which completions continue a prompt that stands there once, as {@link
 * dev.fettle.data.pack.RowPlan#ofPrompted} lays them. Rows of sequences apart are such rows too.
 */
public final class SharedPrompts implements AttentionLayout {
  private static final String SEGMENTS = "segment_ids";
  private static final String PROMPTS = "prompt_ids";
  private static final String POSITIONS = "seen_positions";

  @Override
  public AttentionStrategy declare(ProgramBuilder b, TensorType grid) {
    return new SharedPromptAttention(
        b.input(SEGMENTS, grid), b.input(PROMPTS, grid), b.input(POSITIONS, grid));
  }

  @Override
  public Map<String, HostTensor> inputs(MicroBatch batch) {
    long rows = batch.rows();
    long length = batch.length();
    return Map.of(
        SEGMENTS, HostTensor.ofInts(batch.segments(), rows, length),
        PROMPTS, HostTensor.ofInts(batch.prompts(), rows, length),
        POSITIONS, HostTensor.ofInts(batch.positions(), rows, length));
  }
}
