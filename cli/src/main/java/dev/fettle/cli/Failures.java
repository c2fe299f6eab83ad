package dev.fettle.cli;

import dev.fettle.checkpoint.CheckpointException;
import dev.fettle.data.read.DataException;
import dev.fettle.feedback.FeedbackException;
import dev.fettle.harness.recipe.StageException;
import dev.fettle.metrics.MetricsException;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.models.generate.GenerationException;
import dev.fettle.reward.RewardException;
import dev.fettle.rollout.RolloutException;
import dev.fettle.settings.ConfigException;
import dev.fettle.spi.DeviceFailureException;
import dev.fettle.spi.DeviceUnavailableException;
import dev.fettle.spi.UnsupportedProgramException;
import dev.fettle.tokenizer.TokenizerException;
import dev.fettle.train.DivergenceException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/**
 * Tells the user of an error: one message, and the exit code. What a user can put right is 2, what
 * failed in spite of him is 1.
 */
final class Failures implements IExecutionExceptionHandler {
  private static final List<Class<? extends Throwable>> USER =
      List.of(
          ConfigException.class,
          DataException.class,
          TokenizerException.class,
          ModelFileException.class,
          DeviceUnavailableException.class,
          UsageException.class);
  private static final List<Class<? extends Throwable>> KNOWN =
      List.of(
          CheckpointException.class,
          MetricsException.class,
          DivergenceException.class,
          FeedbackException.class,
          DeviceFailureException.class,
          GenerationException.class,
          RewardException.class,
          RolloutException.class,
          UnsupportedProgramException.class);

  private final BooleanSupplier verbose;

  Failures(BooleanSupplier verbose) {
    this.verbose = verbose;
  }

  @Override
  public int handleExecutionException(Exception error, CommandLine command, ParseResult result) {
    // A stage fails with whatever its run fails with.
    Throwable inner = error instanceof StageException ? error.getCause() : null;
    Throwable cause = inner == null ? error : inner;
    String of = error instanceof StageException s ? "stage " + s.stage() + ": " : "";
    boolean user = isAny(USER, cause) && !isFailedWrite(cause);
    boolean known = user || isAny(USER, cause) || isAny(KNOWN, cause);
    command.getErr().println("fettle: " + of + (known ? message(cause) : internal(cause)));
    if (verbose.getAsBoolean()) {
      cause.printStackTrace(command.getErr());
    }
    return user ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
  }

  private static boolean isAny(List<Class<? extends Throwable>> types, Throwable error) {
    return types.stream().anyMatch(t -> t.isInstance(error));
  }

  /** A full disk is nobody's mistake in the configuration. */
  private static boolean isFailedWrite(Throwable error) {
    return (error instanceof ModelFileException || error instanceof DataException)
        && error.getCause() instanceof IOException io
        && !(io instanceof NoSuchFileException)
        && message(error).contains("cannot be written");
  }

  private static String message(Throwable error) {
    return String.valueOf(error.getMessage());
  }

  private static String internal(Throwable error) {
    if (error instanceof OutOfMemory) {
      return message(error);
    }
    return "internal error: "
        + error
        + "; --verbose shows where it arose. Please report it with the command and its output.";
  }

  /** The JVM's heap is used up; an {@link Error}, which picocli would let through. */
  static final class OutOfMemory extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutOfMemory(OutOfMemoryError error) {
      this(error, "lower train.microBatchSize or data.maxLength, set model.recompute: blocks");
    }

    /** With what to do about it beside giving the JVM more. */
    OutOfMemory(OutOfMemoryError error, String advice) {
      super(
          "out of memory ("
              + error.getMessage()
              + "); "
              + advice
              + ", or give the JVM more, as with FETTLE_JAVA_OPTS=-Xmx8g",
          error);
    }
  }

  /** An option that does not fit, with a message for the user. */
  static final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
      super(message);
    }
  }
}
