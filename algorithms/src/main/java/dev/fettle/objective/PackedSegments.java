package dev.fettle.objective;

import dev.fettle.data.batch.MicroBatch;
import dev.fettle.ir.TensorType;
import dev.fettle.models.nn.AttentionStrategy;
import dev.fettle.models.nn.PackedAttention;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.spi.HostTensor;
import java.util.Map;

/**
 * Sequences side by side in a row: a token sees the earlier ones of its own segment, and itself.
 */
public final class PackedSegments implements AttentionLayout {
  private static final String SEGMENTS = "segment_ids";

  @Override
  public AttentionStrategy declare(ProgramBuilder b, TensorType grid) {
    return new PackedAttention(b.input(SEGMENTS, grid));
  }

  @Override
  public Map<String, HostTensor> inputs(MicroBatch batch) {
    return Map.of(SEGMENTS, HostTensor.ofInts(batch.segments(), batch.rows(), batch.length()));
  }
}
