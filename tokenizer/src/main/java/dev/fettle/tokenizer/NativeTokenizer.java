package dev.fettle.tokenizer;

import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Owns one native tokenizer. Many threads may encode at once; {@link #close} waits for them.
 *
 * <p>Uses the binding's lowest layer: its friendlier class reports usage over the network when it
 * is constructed.
 */
final class NativeTokenizer implements AutoCloseable {

  private static final String OFFLINE = "ai.djl.offline";

  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private long handle;

  /**
   * @param json the whole tokenizer.json
   * @throws RuntimeException where the native library finds a fault in it
   */
  NativeTokenizer(String json) {
    loadLibrary();
    handle = TokenizersLibrary.LIB.createTokenizerFromString(json);
    TokenizersLibrary.LIB.disableTruncation(handle);
    TokenizersLibrary.LIB.disablePadding(handle);
  }

  /**
   * Without the offline setting the binding would try to download another build where it sees a
   * GPU.
   */
  private static synchronized void loadLibrary() {
    String before = System.getProperty(OFFLINE);
    System.setProperty(OFFLINE, "true");
    try {
      LibUtils.checkStatus();
    } catch (RuntimeException | LinkageError e) {
      throw new TokenizerException(
          "the native tokenizers library does not load on this machine ("
              + System.getProperty("os.name")
              + " "
              + System.getProperty("os.arch")
              + "): "
              + e.getMessage()
              + "; it is unpacked under the home directory, or where DJL_CACHE_DIR says",
          e);
    } finally {
      if (before == null) {
        System.clearProperty(OFFLINE);
      } else {
        System.setProperty(OFFLINE, before);
      }
    }
  }

  /** Encodes well-formed UTF-16; the caller has replaced lone surrogates. */
  Encoding encode(String text, boolean addSpecialTokens) {
    Lock reading = lock.readLock();
    reading.lock();
    try {
      long encoding = TokenizersLibrary.LIB.encode(open(), text, addSpecialTokens);
      try {
        long[] ids = TokenizersLibrary.LIB.getTokenIds(encoding);
        CharSpan[] spans = TokenizersLibrary.LIB.getTokenCharSpans(encoding);
        return new Offsets(text).encoding(ids, spans);
      } finally {
        TokenizersLibrary.LIB.deleteEncoding(encoding);
      }
    } finally {
      reading.unlock();
    }
  }

  String decode(int[] ids) {
    long[] wide = new long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      wide[i] = ids[i];
    }
    Lock reading = lock.readLock();
    reading.lock();
    try {
      return TokenizersLibrary.LIB.decode(open(), wide, false);
    } finally {
      reading.unlock();
    }
  }

  private long open() {
    if (handle == 0) {
      throw new IllegalStateException("the tokenizer is closed");
    }
    return handle;
  }

  @Override
  public void close() {
    Lock writing = lock.writeLock();
    writing.lock();
    try {
      if (handle != 0) {
        TokenizersLibrary.LIB.deleteTokenizer(handle);
        handle = 0;
      }
    } finally {
      writing.unlock();
    }
  }

  /** Turns the library's offsets, counted in code points, into UTF-16 units of the text. */
  private static final class Offsets {
    private final int[] units;

    Offsets(String text) {
      int points = text.codePointCount(0, text.length());
      if (points == text.length()) {
        units = new int[0];
        return;
      }
      units = new int[points + 1];
      for (int unit = 0, point = 0; point < points; point++) {
        unit += Character.charCount(text.codePointAt(unit));
        units[point + 1] = unit;
      }
    }

    private int unit(int point) {
      return units.length == 0 ? point : units[point];
    }

    Encoding encoding(long[] ids, CharSpan[] spans) {
      int[] narrow = new int[ids.length];
      int[] starts = new int[ids.length];
      int[] ends = new int[ids.length];
      int last = 0;
      for (int i = 0; i < ids.length; i++) {
        narrow[i] = Math.toIntExact(ids[i]);
        CharSpan span = spans[i];
        // The binding gives no span to the tokens its post-processor adds.
        starts[i] = span == null ? last : unit(span.getStart());
        ends[i] = span == null ? last : unit(span.getEnd());
        last = ends[i];
      }
      return new Encoding(narrow, starts, ends);
    }
  }
}
