package dev.fettle.checkpoint;

import org.jspecify.annotations.Nullable;

/**
 * A checkpoint cannot be written, or none can be read: the disk is full, a permission is missing, a
 * file is damaged, or it belongs to another model. The message names the path, what is wrong and
 * what to do. Checkpoints that were there before are as they were.
 */
public final class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CheckpointException(String message) {
    this(message, null);
  }

  CheckpointException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
