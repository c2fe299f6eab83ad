package dev.fettle.data.read;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fettle.files.FileErrors;
import dev.fettle.settings.Nearest;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Opens data files, and says plainly why one cannot be read. */
public final class DataFiles {

  private static final int BUFFER = 1 << 16;
  private static final int NEARBY = 8;

  /** A row is bounded as a whole, so a text in it need not be; Jackson would stop at 20 million. */
  private static final StreamReadConstraints CONSTRAINTS =
      StreamReadConstraints.builder()
          .maxStringLength(Integer.MAX_VALUE)
          .maxNameLength(Integer.MAX_VALUE)
          .maxNumberLength(ReadLimits.DIGITS)
          .maxNestingDepth(ReadLimits.DEPTH)
          .build();

  /** Reads rows. NaN and Infinity are allowed, since Python writes them. */
  public static final JsonMapper JSON =
      JsonMapper.builder(JsonFactory.builder().streamReadConstraints(CONSTRAINTS).build())
          .enable(StreamReadFeature.USE_FAST_BIG_NUMBER_PARSER)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .disable(JsonParser.Feature.AUTO_CLOSE_SOURCE)
          .build();

  /** Reads rows that have others after them. */
  static final JsonMapper JSON_ELEMENTS =
      JSON.rebuild().disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private DataFiles() {}

  /**
   * Checks that there is a file with something in it.
   *
   * @throws DataException where there is not; the message says what lies nearby
   */
  public static void require(Path file) {
    if (Files.isDirectory(file)) {
      throw new DataException(
          file
              + " is a directory, a file of rows is wanted; it holds "
              + rowFiles(file, Comparator.naturalOrder()));
    }
    if (!Files.exists(file)) {
      throw new DataException(missing(file));
    }
    if (!Files.isRegularFile(file)) {
      throw new DataException(
          file
              + " is a pipe or a device, and rows are read more than once; write them to a file and"
              + " name that");
    }
    if (!Files.isReadable(file)) {
      throw new DataException(file + " may not be read; check its permissions");
    }
    try {
      if (Files.size(file) == 0) {
        throw new DataException(file + " is empty; write the rows again, or name another file");
      }
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static String missing(Path file) {
    Path absolute = file.toAbsolutePath().normalize();
    StringBuilder message = new StringBuilder("no file ").append(file);
    if (!file.isAbsolute()) {
      message.append(" (looked for ").append(absolute).append(")");
    }
    Path directory = absolute.getParent();
    Path below = absolute;
    while (directory != null && !Files.isDirectory(directory)) {
      below = directory;
      directory = directory.getParent();
    }
    if (directory == null) {
      return message.toString();
    }
    if (!below.equals(absolute)) {
      return message
          .append("; ")
          .append(directory)
          .append(" has no ")
          .append(below.getFileName())
          .toString();
    }
    return message
        .append("; beside it: ")
        .append(rowFiles(directory, Nearest.order(absolute.getFileName().toString())))
        .toString();
  }

  /** The first files of rows in a directory. */
  private static String rowFiles(Path directory, Comparator<String> order) {
    try (Stream<Path> files = Files.list(directory)) {
      List<String> names =
          files
              .map(f -> String.valueOf(f.getFileName()))
              .filter(RowFileKinds::isRows)
              .sorted(order)
              .toList();
      if (names.isEmpty()) {
        return "no file of rows (" + String.join(", ", RowFileKinds.suffixes()) + ")";
      }
      String listed = String.join(", ", names.subList(0, Math.min(NEARBY, names.size())));
      return names.size() > NEARBY ? listed + ", ... (" + names.size() + " in all)" : listed;
    } catch (IOException e) {
      return "cannot be listed: " + e.getMessage();
    }
  }

  /** Counts what has been read of a file, before decompression. */
  static final class Counted extends FilterInputStream {
    private final long size;
    private long read;

    Counted(Path file) throws IOException {
      super(Files.newInputStream(file));
      size = Math.max(1, Files.size(file));
    }

    @Override
    public int read() throws IOException {
      int b = super.read();
      read += b < 0 ? 0 : 1;
      return b;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int n = super.read(bytes, offset, length);
      read += Math.max(0, n);
      return n;
    }

    double fraction() {
      return Math.min(1.0, (double) read / size);
    }
  }

  /**
   * The bytes of a file, decompressed where it is named so.
   *
   * @throws DataException where they are something else than text, by how they begin
   */
  static InputStream decompressed(Path file, Counted raw) throws IOException {
    boolean gzip = file.toString().toLowerCase(Locale.ROOT).endsWith(".gz");
    InputStream bytes = gzip ? new GZIPInputStream(raw, BUFFER) : raw;
    BufferedInputStream buffered = new BufferedInputStream(bytes, BUFFER);
    buffered.mark(Disguise.LONGEST);
    byte[] head = buffered.readNBytes(Disguise.LONGEST);
    buffered.reset();
    Optional<Disguise> other = Disguise.of(head);
    if (other.isPresent()) {
      throw new DataException(file + " " + other.get());
    }
    return buffered;
  }

  /** The error for a file, or a place in it, that cannot be read. */
  public static DataException unreadable(Object where, IOException e) {
    if (e instanceof ZipException) {
      return new DataException(
          where
              + " is not sound gzip ("
              + e.getMessage()
              + "); compress the file again, or drop the .gz from its name",
          e);
    }
    if (e instanceof EOFException) {
      return new DataException(
          where + " breaks off within the compressed data; the file is truncated, fetch it again",
          e);
    }
    if (e instanceof CharacterCodingException) {
      return new DataException(where + " is not UTF-8; save the file as UTF-8", e);
    }
    return new DataException(where + " cannot be read: " + e.getMessage(), e);
  }

  /** What a JSON parser found wrong, on one line. */
  public static String fault(JsonProcessingException e) {
    if (e instanceof MismatchedInputException) {
      // The only way a value fails to fit any value at all.
      return "there is more after the first value";
    }
    String message = String.valueOf(e.getOriginalMessage());
    if (e instanceof StreamConstraintsException) {
      return message.contains("nesting depth")
          ? "it is nested deeper than " + ReadLimits.DEPTH + " levels"
          : "it has a number of more than " + ReadLimits.DIGITS + " digits";
    }
    return FileErrors.parserFault(message);
  }
}
