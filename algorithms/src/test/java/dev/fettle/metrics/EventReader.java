package dev.fettle.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads event files back, checking both checksums of every record. */
final class EventReader {
  /** One event; what it does not have is empty, or -1. */
  record Event(
      double wallTime, long step, String version, int sessionStatus, Map<String, Float> scalars) {}

  private EventReader() {}

  static List<Event> read(Path file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (in.hasRemaining()) {
      byte[] head = new byte[8];
      in.get(in.position(), head);
      int size = Math.toIntExact(in.getLong());
      assertThat(in.getInt()).isEqualTo(EventFile.maskedCrc(head, 8));
      byte[] data = new byte[size];
      in.get(data);
      assertThat(in.getInt()).isEqualTo(EventFile.maskedCrc(data, size));
      events.add(event(CodedInputStream.newInstance(data)));
    }
    return events;
  }

  private static Event event(CodedInputStream in) throws IOException {
    double wallTime = 0;
    long step = -1;
    String version = "";
    int status = -1;
    Map<String, Float> scalars = new LinkedHashMap<>();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case 1 -> wallTime = in.readDouble();
        case 2 -> step = in.readInt64();
        case 3 -> version = in.readString();
        case 5 -> summary(in.readBytes().newCodedInput(), scalars);
        case 7 -> {
          CodedInputStream log = in.readBytes().newCodedInput();
          assertThat(WireFormat.getTagFieldNumber(log.readTag())).isEqualTo(1);
          status = log.readEnum();
        }
        default -> throw new IOException("a field no event has: " + tag);
      }
    }
    return new Event(wallTime, step, version, status, scalars);
  }

  private static void summary(CodedInputStream in, Map<String, Float> into) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      assertThat(WireFormat.getTagFieldNumber(tag)).isEqualTo(1);
      CodedInputStream value = in.readBytes().newCodedInput();
      assertThat(WireFormat.getTagFieldNumber(value.readTag())).isEqualTo(1);
      String name = value.readString();
      assertThat(WireFormat.getTagFieldNumber(value.readTag())).isEqualTo(2);
      into.put(name, value.readFloat());
      assertThat(value.isAtEnd()).isTrue();
    }
  }
}
