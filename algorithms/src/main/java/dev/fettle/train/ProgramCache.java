package dev.fettle.train;

import dev.fettle.program.Program;
import dev.fettle.spi.Backend;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Executable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Compiled programs by what they depend on, each traced and compiled once. Keeps the most recently
 * used ones.
 *
 * @param <K> the key: everything the traced program depends on
 */
final class ProgramCache<K> implements AutoCloseable {
  private static final int CAPACITY = 64;

  private final Backend backend;
  private final CompileOptions options;
  private final LinkedHashMap<K, Executable> compiled = new LinkedHashMap<>(16, 0.75f, true);
  private double compileMillis;

  ProgramCache(Backend backend, CompileOptions options) {
    this.backend = backend;
    this.options = options;
  }

  Executable get(K key, Supplier<Program> trace) {
    Executable known = compiled.get(key);
    if (known != null) {
      return known;
    }
    long start = System.nanoTime();
    Executable made = backend.compile(trace.get(), options);
    compileMillis += (System.nanoTime() - start) / 1e6;
    compiled.put(key, made);
    evict();
    return made;
  }

  private void evict() {
    if (compiled.size() > CAPACITY) {
      Map.Entry<K, Executable> eldest = compiled.entrySet().iterator().next();
      compiled.remove(eldest.getKey());
      eldest.getValue().close();
    }
  }

  /** Time spent on tracing and compiling so far. */
  double compileMillis() {
    return compileMillis;
  }

  @Override
  public void close() {
    compiled.values().forEach(Executable::close);
    compiled.clear();
  }
}
