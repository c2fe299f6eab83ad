package dev.fettle.spi;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * The memory outside the Java heap that direct buffers may take: host tensors, and with them the
 * whole state of a backend that keeps it on the host. The JVM bounds it by {@code
 * -XX:MaxDirectMemorySize}, or, where that is not given, by the size of the heap.
 *
 * <p>What does not fit is refused before it is begun, with what it needs, what there is, and the
 * flag to set.
 */
public final class DirectMemory {
  private static final double GIB = 1L << 30;
  private static final int ATTEMPTS = 5;

  private final LongSupplier limit;
  private final LongSupplier used;

  /**
   * Another bound than the process's own, for tests.
   *
   * @param limit bytes there may be
   * @param used bytes taken
   */
  public DirectMemory(LongSupplier limit, LongSupplier used) {
    this.limit = limit;
    this.used = used;
  }

  /** What this process may use. */
  public static DirectMemory ofThisProcess() {
    return new DirectMemory(DirectMemory::flag, DirectMemory::pool);
  }

  private static long flag() {
    try {
      HotSpotDiagnosticMXBean jvm =
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
      long set = Long.parseLong(jvm.getVMOption("MaxDirectMemorySize").getValue());
      return set > 0 ? set : Runtime.getRuntime().maxMemory();
    } catch (LinkageError | RuntimeException e) {
      // Another JVM, which has no such bean: as if the flag were not set.
      return Runtime.getRuntime().maxMemory();
    }
  }

  private static long pool() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(p -> p.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getTotalCapacity)
        .sum();
  }

  /** Bytes that may be taken at all. */
  public long limit() {
    return limit.getAsLong();
  }

  /** Bytes taken, buffers that nobody holds any more included until they are collected. */
  public long used() {
    return used.getAsLong();
  }

  /** Bytes left. */
  public long available() {
    return Math.max(0, limit() - used());
  }

  /**
   * Requires that so much is left, after a collection if need be.
   *
   * @param what needs it, as the beginning of a sentence: {@code state policy}
   * @throws DeviceFailureException with the bytes needed and available and the flag to set
   */
  public void require(String what, long bytes) {
    for (int i = 0; bytes > available(); i++) {
      if (i == ATTEMPTS) {
        throw new DeviceFailureException(shortage(what, bytes), null);
      }
      System.gc();
      // Buffers are freed by a thread that learns of them from the collection.
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A direct buffer, or the error of {@link #require}. */
  static ByteBuffer allocate(String what, int bytes) {
    try {
      return ByteBuffer.allocateDirect(bytes);
    } catch (OutOfMemoryError e) {
      throw new DeviceFailureException(ofThisProcess().shortage(what, bytes), e);
    }
  }

  private String shortage(String what, long bytes) {
    long gib = (long) Math.ceil((used() + bytes) / GIB);
    return String.format(
        Locale.ROOT,
        "%s needs %s outside the Java heap, where %s of %s are left. Start Java with"
            + " -XX:MaxDirectMemorySize=%dg or more (which is as small as -Xmx unless set; for the"
            + " fettle command, in FETTLE_JAVA_OPTS), or make the model, the batch or the length"
            + " smaller",
        what,
        size(bytes),
        size(available()),
        size(limit()),
        Math.max(1, gib));
  }

  private static String size(long bytes) {
    return bytes >= GIB
        ? String.format(Locale.ROOT, "%.2f GiB", bytes / GIB)
        : String.format(Locale.ROOT, "%.1f MiB", bytes / (double) (1 << 20));
  }
}
