package dev.fettle.objective;

import dev.fettle.data.batch.MicroBatch;
import dev.fettle.ir.TensorType;
import dev.fettle.models.nn.AttentionStrategy;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.spi.HostTensor;
import java.util.Map;

/**
 * Who sees whom in a row of tokens: declares the inputs that say so, fills them, and gives the
 * mask. Packed segments are one layout; a prompt shared by several completions is another.
 */
public interface AttentionLayout {

  /**
   * Declares this layout's inputs.
   *
   * @param grid I32[batch, seq], as the token ids are laid out
   * @return how the model's layers attend
   */
  AttentionStrategy declare(ProgramBuilder b, TensorType grid);

  /** The tensors of a micro-batch. */
  Map<String, HostTensor> inputs(MicroBatch batch);
}
