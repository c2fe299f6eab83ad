package dev.fettle.tokenizer;

import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
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
  private final String source;
  private long handle;

  private NativeTokenizer(String source, String json) {
    loadLibrary();
    this.source = source;
    handle = TokenizersLibrary.LIB.createTokenizerFromString(json);
    TokenizersLibrary.LIB.disableTruncation(handle);
    TokenizersLibrary.LIB.disablePadding(handle);
  }

  /**
   * @param source the file, for messages
   * @param json the whole tokenizer.json, checked: a fault the library does not expect ends the
   *     process
   */
  static NativeTokenizer open(String source, JsonNode json) {
    try {
      return new NativeTokenizer(source, TokenizerFiles.write(json));
    } catch (TokenizerException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new TokenizerException(
          source
              + ": the tokenizers library rejects it: "
              + e.getMessage()
              + "; fetch the file again",
          e);
    }
  }

  /**
   * Without the offline setting the binding would try to download another build where it sees a
   * GPU.
   */
  private static synchronized void loadLibrary() {
    String before = System.getProperty(OFFLINE);
    System.setProperty(OFFLINE, "true");
    try {
      CudaProbe.withoutIt(LibUtils::checkStatus);
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
      long encoding = start(text, addSpecialTokens);
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

  /** The tokens of a text as the library spells them. */
  List<String> pieces(String text) {
    Lock reading = lock.readLock();
    reading.lock();
    try {
      long encoding = start(text, false);
      try {
        return List.of(TokenizersLibrary.LIB.getTokens(encoding));
      } finally {
        TokenizersLibrary.LIB.deleteEncoding(encoding);
      }
    } finally {
      reading.unlock();
    }
  }

  private long start(String text, boolean addSpecialTokens) {
    long tokenizer = open();
    try {
      return TokenizersLibrary.LIB.encode(tokenizer, text, addSpecialTokens);
    } catch (RuntimeException e) {
      String shown = text.length() > 40 ? text.substring(0, 40) + "..." : text;
      throw new TokenizerException(
          source + ": a text cannot be encoded (" + e.getMessage() + "): '" + shown + "'", e);
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
    private final int points;

    Offsets(String text) {
      points = text.codePointCount(0, text.length());
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

    /** Where the library counts what it put into a text itself, it may count past the end. */
    private int unit(int point) {
      int within = Math.max(0, Math.min(points, point));
      return units.length == 0 ? within : units[within];
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
        ends[i] = span == null ? last : Math.max(starts[i], unit(span.getEnd()));
        last = ends[i];
      }
      return new Encoding(narrow, starts, ends);
    }
  }
}
