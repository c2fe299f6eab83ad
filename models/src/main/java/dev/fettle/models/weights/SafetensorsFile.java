package dev.fettle.models.weights;

import dev.fettle.files.FileErrors;
import dev.fettle.ir.DType;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.Pieces;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A safetensors file: 8 bytes of little-endian header length, a JSON header, the tensors' bytes.
 *
 * <p>Tensors are copied by positional reads, so the file may be of any size, and one that shrinks
 * meanwhile is an error rather than a crash of the JVM, as it would be with a mapping.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
public final class SafetensorsFile implements WeightSource {
  /** The format's bound on the header. */
  static final int MAX_HEADER_BYTES = 100_000_000;

  private static final int LENGTH_BYTES = 8;

  private final Path file;
  private final FileChannel channel;
  private final SafetensorsHeader header;
  private final long dataStart;
  private final List<String> names;

  private SafetensorsFile(
      Path file, FileChannel channel, SafetensorsHeader header, long dataStart) {
    this.file = file;
    this.channel = channel;
    this.header = header;
    this.dataStart = dataStart;
    this.names = List.copyOf(header.tensors().keySet());
  }

  /**
   * Opens a file and checks its header against every rule of the format.
   *
   * @throws ModelFileException naming the file, the offending tensor, and what is wrong
   */
  public static SafetensorsFile open(Path file) {
    FileChannel channel = null;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
      SafetensorsFile opened = open(file, channel);
      channel = null;
      return opened;
    } catch (NoSuchFileException e) {
      throw new ModelFileException(file, "no such file", e);
    } catch (IOException e) {
      throw new ModelFileException(file, "cannot be read: " + FileErrors.reason(e), e);
    } finally {
      closeQuietly(channel);
    }
  }

  private static SafetensorsFile open(Path file, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size < LENGTH_BYTES) {
      throw new ModelFileException(
          file, "only " + size + " bytes long: truncated or not safetensors; fetch it again");
    }
    ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    fill(channel, length, 0);
    long headerBytes = length.flip().getLong();
    if (headerBytes < 0 || headerBytes > MAX_HEADER_BYTES) {
      throw new ModelFileException(
          file,
          "header length "
              + Long.toUnsignedString(headerBytes)
              + " is over the format's 100 MB: not a safetensors file");
    }
    long dataStart = LENGTH_BYTES + headerBytes;
    if (dataStart > size) {
      throw new ModelFileException(
          file,
          "the header should be "
              + headerBytes
              + " bytes long but the file ends before: truncated;"
              + " fetch it again");
    }
    ByteBuffer json = ByteBuffer.allocate((int) headerBytes);
    fill(channel, json, LENGTH_BYTES);
    SafetensorsHeader header = SafetensorsHeader.parse(file, json.flip(), size - dataStart);
    return new SafetensorsFile(file, channel, header, dataStart);
  }

  @SuppressWarnings("EmptyCatch") // the error that led here says more
  private static void closeQuietly(@org.jspecify.annotations.Nullable FileChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException ignored) {
        // Nothing was written.
      }
    }
  }

  private static void fill(FileChannel channel, ByteBuffer into, long position) throws IOException {
    long at = position;
    while (into.hasRemaining()) {
      int n = channel.read(into, at);
      if (n < 0) {
        throw new EOFException("the file ends at byte " + at);
      }
      at += n;
    }
  }

  @Override
  public Path location() {
    return file;
  }

  @Override
  public List<String> names() {
    return names;
  }

  @Override
  public boolean has(String name) {
    return header.tensors().containsKey(name);
  }

  @Override
  public long[] shape(String name) {
    return tensor(name).sizes();
  }

  @Override
  public DType dtype(String name) {
    StoredTensor t = tensor(name);
    return t.type()
        .dtype()
        .orElseThrow(
            () ->
                problem(
                    name,
                    "is stored as "
                        + t.type()
                        + ", which is not supported; convert the model to BF16, F16 or F32"));
  }

  @Override
  public HostTensor read(String name) {
    DType dtype = dtype(name);
    HostTensor out = allocate(name, dtype);
    copy(name, 0, out.bytes());
    return out;
  }

  @Override
  public HostTensor readAs(String name, DType wanted) {
    DType stored = requireFloats(name, wanted);
    if (stored == wanted) {
      return read(name);
    }
    if (wanted != DType.F32) {
      return read(name).cast(wanted);
    }
    HostTensor out = allocate(name, DType.F32);
    new Widening(stored, (at, part) -> copy(name, at, part)).into(out.bytes());
    return out;
  }

  private DType requireFloats(String name, DType wanted) {
    DType stored = dtype(name);
    if (stored != wanted && !(stored.isFloat() && wanted.isFloat())) {
      throw problem(name, "is stored as " + stored + " where " + wanted + " is needed");
    }
    return stored;
  }

  @Override
  public HostTensor readPart(String name, DType wanted, Pieces piece) {
    DType stored = requireFloats(name, wanted);
    long elements = Arrays.stream(shape(name)).reduce(1, Math::multiplyExact);
    if (piece.from() < 0 || piece.from() > elements - piece.count()) {
      throw problem(name, "has " + elements + " elements, not those of " + piece);
    }
    long start = piece.from() * stored.bytes();
    boolean widens = stored != wanted && wanted == DType.F32;
    HostTensor out = HostTensor.allocate(widens ? wanted : stored, piece.count());
    if (widens) {
      new Widening(stored, (at, part) -> copy(name, start + at, part)).into(out.bytes());
    } else {
      copy(name, start, out.bytes());
    }
    return out.dtype() == wanted ? out : out.cast(wanted);
  }

  @Override
  public Map<String, String> metadata() {
    return header.metadata();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new ModelFileException(file, "cannot be closed: " + FileErrors.reason(e), e);
    }
  }

  private HostTensor allocate(String name, DType dtype) {
    try {
      return HostTensor.allocate(dtype, shape(name));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw problem(name, "does not fit into memory: " + e.getMessage());
    }
  }

  /** Fills a buffer with a tensor's bytes from an offset within it. */
  private void copy(String name, long offset, ByteBuffer into) {
    try {
      fill(channel, into, dataStart + tensor(name).begin() + offset);
    } catch (AsynchronousCloseException e) {
      // Closed by another thread, or by this one's interrupt.
      throw new ModelFileException(
          file, "tensor '" + name + "' cannot be read: it was closed meanwhile", e);
    } catch (ClosedChannelException e) {
      throw new IllegalStateException(file + " is closed; open it again", e);
    } catch (IOException e) {
      throw new ModelFileException(
          file, "tensor '" + name + "' cannot be read: " + e.getMessage(), e);
    }
  }

  private StoredTensor tensor(String name) {
    StoredTensor t = header.tensors().get(name);
    if (t == null) {
      throw problem(name, "is not in this file");
    }
    return t;
  }

  private ModelFileException problem(String name, String what) {
    return new ModelFileException(file, "tensor '" + name + "' " + what);
  }
}
