package dev.fettle.feedback;

import java.util.List;

/** Answers questions: a model on a device, a server, or whatever stands for one. */
public interface Respondent extends AutoCloseable {

  /**
   * The answers to some questions, in order. One that is no good is a {@link Reply#fault}.
   *
   * @throws FeedbackException if there are no answers to be had any more
   * @throws java.util.concurrent.CancellationException if it was asked to stop, or its thread was
   *     interrupted; the interrupt stays set
   */
  List<Reply> answer(List<Question> questions);

  /** What its answers follow from: a model by its content, a server by its address and settings. */
  String identity();

  /** Whether the same question may have another answer when it is asked again. */
  boolean varies();

  /** How it is best asked. */
  Pacing pacing();

  /** Gives back what it holds; by default nothing. */
  @Override
  default void close() {}
}
