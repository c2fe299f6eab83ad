package dev.fettle.spi.support;

import dev.fettle.program.Program;
import dev.fettle.spi.Backend;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Executable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The compiled programs of one backend, shared by all that train, score and generate with it. It
 * holds a bounded number; the one not used for longest goes first and is compiled again if it is
 * asked for. A user closes its own share when it is done. Like the backend it serves one thread at
 * a time, and tells a second one so.
 */
public final class ProgramCache implements AutoCloseable {
  /** Programs held: more than the sizes of padded rows and shares of selected positions make. */
  public static final int CAPACITY = 256;

  private record Owned(Object user, ProgramKey key) {}

  private final Backend backend;
  private final CompileOptions options;
  private final int capacity;
  private final LinkedHashMap<Owned, Executable> compiled = new LinkedHashMap<>(16, 0.75f, true);
  private final SoleUse guard = new SoleUse("the cache of programs");
  private double compileMillis;

  /** A cache of the usual size. */
  public ProgramCache(Backend backend, CompileOptions options) {
    this(backend, options, CAPACITY);
  }

  /**
   * A cache.
   *
   * @param options each program is compiled with
   * @param capacity programs held at most
   */
  public ProgramCache(Backend backend, CompileOptions options, int capacity) {
    this.backend = backend;
    this.options = options;
    this.capacity = capacity;
  }

  /** What programs are compiled with, unless their user says otherwise. */
  public CompileOptions options() {
    return options;
  }

  /** A share of the cache: its keys are apart from those of others. */
  public Share share() {
    return new Share(options);
  }

  /** A share whose programs are compiled with other options. */
  public Share share(CompileOptions other) {
    return new Share(other);
  }

  /** Time spent on tracing and compiling so far, in milliseconds. */
  public double compileMillis() {
    return compileMillis;
  }

  /** Programs held now. */
  public int size() {
    return compiled.size();
  }

  private Executable get(Owned key, CompileOptions with, Supplier<Program> trace) {
    Executable known = compiled.get(key);
    if (known != null) {
      return known;
    }
    long start = System.nanoTime();
    Executable made = backend.compile(trace.get(), with);
    compileMillis += (System.nanoTime() - start) / 1e6;
    compiled.put(key, made);
    if (compiled.size() > capacity) {
      Map.Entry<Owned, Executable> eldest = compiled.entrySet().iterator().next();
      compiled.remove(eldest.getKey());
      eldest.getValue().close();
    }
    return made;
  }

  private void closeAllOf(Object user) {
    List<Owned> own = compiled.keySet().stream().filter(k -> k.user() == user).toList();
    for (Owned key : own) {
      Executable program = compiled.remove(key);
      if (program != null) {
        program.close();
      }
    }
  }

  @Override
  public void close() {
    guard.close(
        () -> {
          List<Executable> all = new ArrayList<>(compiled.values());
          compiled.clear();
          all.forEach(Executable::close);
        });
  }

  /** One user's programs. */
  public final class Share implements AutoCloseable {
    private final CompileOptions with;

    private Share(CompileOptions with) {
      this.with = with;
    }

    /**
     * The program of a key, compiled where it is not held. It is the cache's: not to be closed, and
     * not to be kept beyond the next call.
     */
    public Executable get(ProgramKey key, Supplier<Program> trace) {
      return guard.call(() -> ProgramCache.this.get(new Owned(this, key), with, trace));
    }

    /** Closes this user's programs; it may go on asking. */
    @Override
    public void close() {
      if (!guard.isClosed()) {
        guard.run(() -> closeAllOf(this));
      }
    }
  }
}
