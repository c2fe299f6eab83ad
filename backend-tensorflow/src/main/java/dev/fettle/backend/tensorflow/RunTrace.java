package dev.fettle.backend.tensorflow;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorflow.proto.DeviceStepStats;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.proto.RunMetadata;

/**
 * What every node of one run took, in the trace format browsers show under {@code about:tracing}.
 *
 * @param spans by start
 */
record RunTrace(List<Span> spans) {
  /** A node's label reads {@code NAME = OP(operands)}. */
  private static final Pattern OP = Pattern.compile(" = ([A-Za-z0-9_]+)");

  /**
   * One node's run.
   *
   * @param node its name in the graph
   * @param op its kind
   * @param thread that ran it
   * @param start microseconds
   * @param length microseconds
   */
  record Span(String node, String op, int thread, long start, long length) {}

  static RunTrace of(RunMetadata metadata) {
    List<Span> spans = new ArrayList<>();
    for (DeviceStepStats device : metadata.getStepStats().getDevStatsList()) {
      for (NodeExecStats n : device.getNodeStatsList()) {
        Matcher op = OP.matcher(n.getTimelineLabel());
        spans.add(
            new Span(
                n.getNodeName(),
                op.find() ? op.group(1) : "?",
                n.getThreadId(),
                n.getAllStartMicros() + n.getOpStartRelMicros(),
                n.getOpEndRelMicros() - n.getOpStartRelMicros()));
      }
    }
    spans.sort(Comparator.comparingLong(Span::start));
    return new RunTrace(List.copyOf(spans));
  }

  /** Writes {@code DIRECTORY/PROGRAM.json}, over that of an earlier run. */
  void write(Path directory, String program) {
    Path file = directory.resolve(program.replaceAll("[^A-Za-z0-9_.-]", "_") + ".json");
    List<String> events = spans.stream().map(RunTrace::event).toList();
    try {
      Files.createDirectories(directory);
      Files.writeString(file, "[\n" + String.join(",\n", events) + "\n]\n");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the trace of " + program, e);
    }
  }

  /** Names of nodes and operations hold no character that JSON escapes. */
  private static String event(Span s) {
    return String.format(
        Locale.ROOT,
        "{\"ph\": \"X\", \"pid\": 1, \"tid\": %d, \"ts\": %d, \"dur\": %d, \"name\": \"%s\","
            + " \"args\": {\"op\": \"%s\"}}",
        s.thread,
        s.start,
        s.length,
        s.node,
        s.op);
  }
}
