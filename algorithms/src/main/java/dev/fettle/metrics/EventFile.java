package dev.fettle.metrics;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The records of a TensorBoard event file: TFRecord framing around {@code Event} messages of {@code
 * tensorboard/compat/proto/event.proto}.
 *
 * <p>A record is the length (u64), its checksum, the message, its checksum, all little-endian. The
 * checksum is CRC-32C, rotated right by 15 bits, plus {@code 0xa282ead8}.
 */
final class EventFile {
  private static final int MASK_DELTA = 0xa282ead8;

  // Event: double wall_time = 1; int64 step = 2; oneof { string file_version = 3; Summary summary =
  // 5; SessionLog session_log = 7; }
  private static final int WALL_TIME = 1;
  private static final int STEP = 2;
  private static final int FILE_VERSION = 3;
  private static final int SUMMARY = 5;
  private static final int SESSION_LOG = 7;

  // Summary: repeated Value value = 1. Value: string tag = 1; float simple_value = 2.
  private static final int VALUE = 1;
  private static final int TAG = 1;
  private static final int SIMPLE_VALUE = 2;

  // SessionLog: SessionStatus status = 1, of which START = 1.
  private static final int STATUS = 1;
  private static final int START = 1;

  private EventFile() {}

  /** The message every event file begins with. */
  static ByteString version(double wallTime) throws IOException {
    ByteString.Output bytes = ByteString.newOutput();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeDouble(WALL_TIME, wallTime);
    out.writeString(FILE_VERSION, "brain.Event:2");
    out.flush();
    return bytes.toByteString();
  }

  /** Tells readers to forget earlier events of this step and later: the run starts over there. */
  static ByteString restart(double wallTime, long step) throws IOException {
    ByteString.Output log = ByteString.newOutput();
    CodedOutputStream status = CodedOutputStream.newInstance(log);
    status.writeEnum(STATUS, START);
    status.flush();
    return event(wallTime, step, SESSION_LOG, log.toByteString());
  }

  /** The scalars of one step. */
  static ByteString scalars(double wallTime, MetricsRow row) throws IOException {
    ByteString.Output summary = ByteString.newOutput();
    CodedOutputStream values = CodedOutputStream.newInstance(summary);
    for (Map.Entry<String, Number> e : row.values().entrySet()) {
      ByteString.Output value = ByteString.newOutput();
      CodedOutputStream out = CodedOutputStream.newInstance(value);
      out.writeString(TAG, e.getKey());
      out.writeFloat(SIMPLE_VALUE, e.getValue().floatValue());
      out.flush();
      values.writeBytes(VALUE, value.toByteString());
    }
    values.flush();
    return event(wallTime, row.step(), SUMMARY, summary.toByteString());
  }

  private static ByteString event(double wallTime, long step, int field, ByteString what)
      throws IOException {
    ByteString.Output bytes = ByteString.newOutput();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeDouble(WALL_TIME, wallTime);
    out.writeInt64(STEP, step);
    out.writeBytes(field, what);
    out.flush();
    return bytes.toByteString();
  }

  /** Writes one message as a record, in one write. */
  static void append(OutputStream file, ByteString message) throws IOException {
    byte[] data = message.toByteArray();
    ByteBuffer record =
        ByteBuffer.allocate(Long.BYTES + data.length + 2 * Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    record.putLong(data.length);
    record.putInt(maskedCrc(record.array(), Long.BYTES));
    record.put(data);
    record.putInt(maskedCrc(data, data.length));
    file.write(record.array());
  }

  static int maskedCrc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
  }
}
