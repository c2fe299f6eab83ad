package dev.fettle.data.encode;

import dev.fettle.data.encode.RowEncoder.Encoded;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.Row;
import dev.fettle.data.read.RowReader;
import dev.fettle.tokenizer.Tokenizer;
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

/**
 * Reads files of rows and tokenises them on several threads. The result does not depend on their
 * number: examples are in file order, and of several errors the first in file order is the one
 * thrown.
 */
public final class DatasetLoader {

  private static final int CHUNK = 64;
  private static final int CHUNKS_AHEAD_PER_THREAD = 4;

  private final Optional<Tokenizer> tokenizer;
  private final EncodingOptions options;
  private final int threads;
  private final LoadListener listener;

  /**
   * @param tokenizer may be absent where all rows are pre-tokenised
   * @param options how to encode
   * @param threads that tokenise, at least 1
   * @param listener told of progress
   */
  public DatasetLoader(
      Optional<Tokenizer> tokenizer, EncodingOptions options, int threads, LoadListener listener) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, not " + threads);
    }
    this.tokenizer = tokenizer;
    this.options = options;
    this.threads = threads;
    this.listener = listener;
  }

  /** Encodes on as many threads as there are processors, telling nobody. */
  public static DatasetLoader of(Tokenizer tokenizer, EncodingOptions options) {
    return new DatasetLoader(
        Optional.of(tokenizer),
        options,
        Runtime.getRuntime().availableProcessors(),
        LoadListener.NONE);
  }

  /**
   * Reads files one after the other.
   *
   * @throws DataException where a file or row is broken, or no row is left to train on
   */
  public Dataset load(List<Path> files) {
    ExecutorService workers = Executors.newFixedThreadPool(threads, DatasetLoader::daemon);
    try {
      Tally tally = new Tally(files);
      for (int f = 0; f < files.size(); f++) {
        try (RowReader reader = RowReader.open(files.get(f))) {
          new FileLoad(reader, workers, tally, f).run();
        }
      }
      return tally.finish(tokenizer);
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
    /** Rows at work, and how much of the file had been read when they were handed over. */
    private record Chunk(Future<List<Encoded>> encoded, List<Row> rows, double fraction) {}

    private final RowReader reader;
    private final ExecutorService workers;
    private final Tally tally;
    private final int file;
    private final Deque<Chunk> ahead = new ArrayDeque<>();

    FileLoad(RowReader reader, ExecutorService workers, Tally tally, int file) {
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
      options.columns().check(row.get());
      Row first = options.columns().apply(row.get());
      RowFormat format = options.format().orElseGet(() -> RowFormat.detect(first));
      RowEncoder encoder = new RowEncoder(tokenizer, options, format);
      List<Row> rows = new ArrayList<>(CHUNK);
      while (row.isPresent()) {
        rows.add(row.get());
        if (rows.size() == CHUNK) {
          submit(encoder, rows);
          rows = new ArrayList<>(CHUNK);
        }
        row = nextAfterErrorsBefore();
      }
      submit(encoder, rows);
      drain(0);
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

    private void submit(RowEncoder encoder, List<Row> rows) {
      if (!rows.isEmpty()) {
        Future<List<Encoded>> encoded =
            workers.submit(() -> rows.stream().map(encoder::encode).toList());
        ahead.add(new Chunk(encoded, rows, reader.fraction()));
      }
      drain(threads * CHUNKS_AHEAD_PER_THREAD);
    }

    private void drain(int keep) {
      while (ahead.size() > keep) {
        Chunk chunk = ahead.remove();
        List<Encoded> encoded = await(chunk.encoded());
        for (int i = 0; i < encoded.size(); i++) {
          tally.add(encoded.get(i), chunk.rows().get(i).origin());
        }
        listener.onRows(tally.rows(), tally.overall(file, chunk.fraction()));
      }
    }

    private static List<Encoded> await(Future<List<Encoded>> encoded) {
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
