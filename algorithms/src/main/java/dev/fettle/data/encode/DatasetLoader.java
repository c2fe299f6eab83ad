package dev.fettle.data.encode;

import dev.fettle.data.Sized;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.Row;
import dev.fettle.data.read.RowOrigin;
import dev.fettle.data.read.RowReader;
import dev.fettle.data.read.RowSelection;
import dev.fettle.data.read.SelectedRows;
import dev.fettle.data.store.RowCache;
import dev.fettle.data.store.RowFileWriter;
import dev.fettle.data.store.StoredForm;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;

/**
 * Reads files of rows and tokenises them on several threads. The result does not depend on their
 * number: examples are in file order, and of several errors the first in file order is the one
 * thrown.
 *
 * @param <E> the kind of example
 */
public final class DatasetLoader<E extends Sized> {

  private static final int CHUNK = 64;
  private static final int CHUNKS_AHEAD_PER_THREAD = 4;

  /** Characters: rows may be as long as books, so their number alone bounds nothing. */
  private static final long CHUNK_SIZE = 1L << 20;

  private static final long SIZE_AHEAD = 1L << 26;

  private final RowEncoding<E> encoding;
  private final EncodingOptions options;
  private final int threads;
  private final LoadListener listener;

  /**
   * A loader.
   *
   * @param encoding how rows become examples
   * @param options what the user says of it
   * @param threads that encode, at least 1
   * @param listener told of progress
   */
  public DatasetLoader(
      RowEncoding<E> encoding, EncodingOptions options, int threads, LoadListener listener) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, not " + threads);
    }
    this.encoding = encoding;
    this.options = options;
    this.threads = threads;
    this.listener = listener;
  }

  /** Encodes on as many threads as there are processors, telling nobody. */
  public static <E extends Sized> DatasetLoader<E> of(
      RowEncoding<E> encoding, EncodingOptions options) {
    return new DatasetLoader<>(
        encoding, options, Runtime.getRuntime().availableProcessors(), LoadListener.NONE);
  }

  /**
   * Reads files one after the other; examples stay in the heap.
   *
   * @throws DataException where a file or row is broken, or no row is left to train on
   */
  public Dataset<E> load(List<Path> files) {
    return load(RowSelection.of(files));
  }

  /** The same for files in the cache. */
  public Dataset<E> load(List<Path> files, RowCache cache) {
    return load(RowSelection.of(files), cache);
  }

  /**
   * Reads the rows selected; examples stay in the heap.
   *
   * @throws DataException where a file or row is broken, or no row is left to train on
   */
  public Dataset<E> load(RowSelection rows) {
    List<E> examples = new ArrayList<>();
    LoadReport report = read(rows, (example, origin) -> examples.add(example));
    return new Dataset<>(List.copyOf(examples), report);
  }

  /**
   * The same with examples outside the heap, in a file in which they are found again the next time,
   * unless something they depend on has changed. Those of an encoding that has no {@link
   * RowEncoding#stored form} stay in the heap.
   *
   * @throws DataException where a file or row is broken, no row is left to train on, or the file
   *     cannot be written
   */
  public Dataset<E> load(RowSelection rows, RowCache cache) {
    Optional<StoredForm<E>> form = encoding.stored();
    return form.isPresent() ? load(rows, cache, form.get()) : load(rows);
  }

  /**
   * What the examples of some rows depend on, in 32 hexadecimal digits: equal keys, equal examples.
   * Reads all files.
   *
   * @return nothing for an encoding that has no {@link RowEncoding#stored form}
   * @throws DataException where a file is missing, empty or not readable
   */
  public Optional<String> key(RowSelection rows) {
    return encoding.stored().map(form -> RowKey.of(rows, options, form.identity()));
  }

  private Dataset<E> load(RowSelection rows, RowCache cache, StoredForm<E> form) {
    List<Path> files = rows.files();
    String key = RowKey.of(rows, options, form.identity());
    Optional<Dataset<E>> kept =
        cache
            .find(key, form, files)
            .map(found -> new Dataset<>(found.examples(), ReportText.read(found.notes(), files)));
    if (kept.isPresent()) {
      listener.onRows(kept.get().report().rows(), 1);
      return kept.get();
    }
    try (RowFileWriter<E> writer = cache.begin(key, form, files)) {
      LoadReport report = read(rows, writer::add);
      return new Dataset<>(writer.finish(ReportText.write(report, files)), report);
    }
  }

  private LoadReport read(RowSelection rows, BiConsumer<E, RowOrigin> examples) {
    ExecutorService workers = Executors.newFixedThreadPool(threads, DatasetLoader::daemon);
    try {
      Tally<E> tally = new Tally<>(rows, encoding, examples);
      new SelectedRows(rows)
          .forEachFile(
              (source, file, reader) -> {
                tally.source(source);
                new FileLoad(reader, workers, tally, file).run();
              });
      return tally.finish();
    } finally {
      workers.shutdownNow();
    }
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "fettle-tokenise");
    thread.setDaemon(true);
    return thread;
  }

  /** One file on its way through the workers. */
  private final class FileLoad {
    /**
     * Rows at work, their size, and how much of the file had been read when they were handed over.
     */
    private record Chunk<E>(
        Future<List<Encoded<E>>> encoded, List<Row> rows, long size, double fraction) {}

    private final RowReader reader;
    private final ExecutorService workers;
    private final Tally<E> tally;
    private final int file;
    private final Deque<Chunk<E>> ahead = new ArrayDeque<>();
    private long sizeAhead;

    FileLoad(RowReader reader, ExecutorService workers, Tally<E> tally, int file) {
      this.reader = reader;
      this.workers = workers;
      this.tally = tally;
      this.file = file;
    }

    void run() {
      Optional<Row> row = reader.next();
      if (row.isEmpty()) {
        return;
      }
      RowEncoder<E> encoder = encoding.encoder(row.get(), options);
      List<Row> rows = new ArrayList<>(CHUNK);
      long size = 0;
      while (row.isPresent()) {
        rows.add(row.get());
        size += row.get().size();
        if (rows.size() == CHUNK || size >= CHUNK_SIZE) {
          submit(encoder, rows, size);
          rows = new ArrayList<>(CHUNK);
          size = 0;
        }
        row = nextAfterErrorsBefore();
      }
      submit(encoder, rows, size);
      drain(0);
      tally.addFindings(encoder.findings());
    }

    /** A broken line must not hide an error in a row before it. */
    private Optional<Row> nextAfterErrorsBefore() {
      try {
        return reader.next();
      } catch (DataException e) {
        drain(0);
        throw e;
      }
    }

    private void submit(RowEncoder<E> encoder, List<Row> rows, long size) {
      if (!rows.isEmpty()) {
        Future<List<Encoded<E>>> encoded =
            workers.submit(() -> rows.stream().map(encoder::encode).toList());
        ahead.add(new Chunk<>(encoded, rows, size, reader.fraction()));
        sizeAhead += size;
      }
      drain(threads * CHUNKS_AHEAD_PER_THREAD);
    }

    private void drain(int keep) {
      while (ahead.size() > keep || (sizeAhead > SIZE_AHEAD && !ahead.isEmpty())) {
        Chunk<E> chunk = ahead.remove();
        sizeAhead -= chunk.size();
        List<Encoded<E>> encoded = await(chunk.encoded());
        for (int i = 0; i < encoded.size(); i++) {
          tally.add(encoded.get(i), chunk.rows().get(i).origin());
        }
        listener.onRows(tally.rows(), tally.overall(file, chunk.fraction()));
      }
    }

    private List<Encoded<E>> await(Future<List<Encoded<E>>> encoded) {
      try {
        return encoded.get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancellationException("interrupted while reading data");
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException cause) {
          throw cause;
        }
        throw new IllegalStateException(e.getCause());
      }
    }
  }
}
