package dev.fettle.sample;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.read.DataFiles;
import dev.fettle.data.read.RowOrigin;
import dev.fettle.data.store.ExampleCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The index, whether it is a conversation, ids, text and row, each behind its size. */
enum PromptCodec implements ExampleCodec<SamplePrompt> {
  INSTANCE;

  @Override
  public byte[] write(SamplePrompt prompt) {
    byte[] text = prompt.text().getBytes(StandardCharsets.UTF_8);
    byte[] row;
    try {
      row = DataFiles.JSON.writeValueAsBytes(prompt.row());
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("a row that was read is not written", e);
    }
    int ids = prompt.length();
    ByteBuffer bytes =
        ByteBuffer.allocate(
            Long.BYTES + 1 + 3 * Integer.BYTES + ids * Integer.BYTES + text.length + row.length);
    bytes.putLong(prompt.index()).put((byte) (prompt.chat() ? 1 : 0)).putInt(ids);
    for (int id : prompt.ids()) {
      bytes.putInt(id);
    }
    bytes.putInt(text.length).put(text).putInt(row.length).put(row);
    return bytes.array();
  }

  @Override
  public SamplePrompt read(ByteBuffer bytes, RowOrigin origin) {
    long index = bytes.getLong();
    boolean chat = bytes.get() != 0;
    int[] ids = new int[bytes.getInt()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = bytes.getInt();
    }
    String text = new String(part(bytes), StandardCharsets.UTF_8);
    try {
      ObjectNode row = (ObjectNode) DataFiles.JSON.readTree(part(bytes));
      return new SamplePrompt(index, row, text, chat, ids);
    } catch (IOException e) {
      throw new UncheckedIOException("a row of " + origin + " is not read again", e);
    }
  }

  private static byte[] part(ByteBuffer bytes) {
    byte[] part = new byte[bytes.getInt()];
    bytes.get(part);
    return part;
  }
}
