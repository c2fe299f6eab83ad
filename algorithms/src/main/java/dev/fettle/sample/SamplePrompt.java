package dev.fettle.sample;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.Sized;
import java.util.Arrays;

/**
 * A prompt to be answered.
 *
 * @param index which row of its data it is, from 0
 * @param row the columns it came with, {@code prompt} among them and whatever a reward function
 *     wants beside it
 * @param text what the model reads: a conversation as the chat template writes it, with the
 *     assistant's turn begun
 * @param chat whether it is a conversation
 * @param ids the tokens of the text, at least one
 */
@SuppressWarnings("ArrayRecordComponent") // equality is defined below; the array is handed over
public record SamplePrompt(long index, ObjectNode row, String text, boolean chat, int[] ids)
    implements Sized {

  @Override
  public int length() {
    return ids.length;
  }

  /** Nothing of a prompt is learnt; the answer is. */
  @Override
  public int targets() {
    return 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SamplePrompt p
        && p.index == index
        && p.row.equals(row)
        && Arrays.equals(p.ids, ids);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(ids);
  }

  @Override
  public String toString() {
    return index + ": " + text;
  }
}
