package dev.fettle.models.weights;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.files.AtomicFile;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.models.config.StrictJson;
import dev.fettle.spi.HostTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Writes safetensors files, one tensor in memory at a time. The same tensors give the same bytes.
 */
public final class SafetensorsWriter {
  private static final int ALIGNMENT = 8;

  private SafetensorsWriter() {}

  /** Writes a file with the metadata {@code format: pt}, which transformers asks for. */
  public static void write(Path target, List<TensorEntry> tensors) {
    write(target, tensors, Map.of("format", "pt"));
  }

  /**
   * Writes a file under a temporary name, forces it to disk, and renames it.
   *
   * @param metadata strings for the header
   * @throws ModelFileException if it cannot be written, as when the disk is full; the target is
   *     then as it was before
   * @throws IllegalArgumentException if two tensors have one name, or a supplier gives another type
   *     or shape than its entry says
   */
  public static void write(Path target, List<TensorEntry> tensors, Map<String, String> metadata) {
    List<TensorEntry> ordered = inFileOrder(tensors);
    byte[] header = header(target, ordered, metadata);
    try {
      Path dir = target.toAbsolutePath().getParent();
      if (dir != null) {
        Files.createDirectories(dir);
      }
      try (AtomicFile file = AtomicFile.begin(target)) {
        ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        writeAll(file.channel(), length.putLong(header.length).flip());
        writeAll(file.channel(), ByteBuffer.wrap(header));
        for (TensorEntry entry : ordered) {
          write(file.channel(), entry);
        }
        file.commit();
      }
    } catch (IOException e) {
      throw ModelFileException.unwritten(target, e);
    }
  }

  /** Wide types first, so that every tensor is aligned to its element; then by name. */
  private static List<TensorEntry> inFileOrder(List<TensorEntry> tensors) {
    Set<String> names = new HashSet<>();
    for (TensorEntry t : tensors) {
      if (!names.add(t.name())) {
        throw new IllegalArgumentException("two tensors are named '" + t.name() + "'");
      }
    }
    return tensors.stream()
        .sorted(
            Comparator.comparingInt((TensorEntry t) -> -t.dtype().bytes())
                .thenComparing(TensorEntry::name))
        .toList();
  }

  private static byte[] header(
      Path target, List<TensorEntry> tensors, Map<String, String> metadata) {
    ObjectNode json = StrictJson.MAPPER.createObjectNode();
    if (!metadata.isEmpty()) {
      ObjectNode strings = json.putObject("__metadata__");
      new TreeMap<>(metadata).forEach(strings::put);
    }
    long at = 0;
    for (TensorEntry t : tensors) {
      ObjectNode entry = json.putObject(t.name());
      entry.put("dtype", StoredType.of(t.dtype()).name());
      ArrayNode shape = entry.putArray("shape");
      t.shape().forEach(shape::add);
      entry.putArray("data_offsets").add(at).add(at + t.bytes());
      at += t.bytes();
    }
    byte[] text = json.toString().getBytes(StandardCharsets.UTF_8);
    byte[] padded = Arrays.copyOf(text, (text.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    Arrays.fill(padded, text.length, padded.length, (byte) ' ');
    if (padded.length > SafetensorsFile.MAX_HEADER_BYTES) {
      throw new ModelFileException(
          target, "too many tensors for one file: the header exceeds 100 MB; use smaller shards");
    }
    return padded;
  }

  private static void write(FileChannel channel, TensorEntry entry) throws IOException {
    long written = 0;
    for (Supplier<HostTensor> piece : entry.pieces()) {
      HostTensor tensor = piece.get();
      List<Long> shape = Arrays.stream(tensor.sizes()).boxed().toList();
      boolean whole = entry.pieces().size() == 1;
      if (tensor.dtype() != entry.dtype() || (whole && !shape.equals(entry.shape()))) {
        throw misfit(entry, tensor.toString());
      }
      ByteBuffer bytes = tensor.bytes();
      written += bytes.remaining();
      writeAll(channel, bytes);
    }
    if (written != entry.bytes()) {
      throw misfit(entry, written + " bytes");
    }
  }

  private static IllegalArgumentException misfit(TensorEntry entry, String actual) {
    return new IllegalArgumentException(
        "tensor '"
            + entry.name()
            + "' was announced as "
            + entry.dtype().name()
            + entry.shape()
            + " but is "
            + actual);
  }

  private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
