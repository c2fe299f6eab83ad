package dev.fettle.integration.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Feeds a reader with mutated inputs. Whatever comes of one, it must come soon, and as a value or
 * as an error that is declared; nothing else, and no {@link Error}.
 *
 * <p>The n-th input follows from the seed plus n alone: {@code -Dfuzz=1 -Dfettle.fuzz.seed=S}
 * repeats the one that a failure names.
 *
 * @param name of the target, for messages and for the folder of its corpus
 * @param shortRound inputs in every build
 * @param declared the errors a caller is told of
 * @param words that mean something to the reader
 */
record Fuzz(
    String name,
    int shortRound,
    Set<Class<? extends RuntimeException>> declared,
    List<String> words) {

  private static final int MOST_FAILURES = 20;
  private static final double SLOWEST_SECONDS = 10;

  /** The reader under test. */
  @FunctionalInterface
  interface Reader {

    /**
     * Reads one input.
     *
     * @param input what was mutated
     * @param random for choices of the test's own
     */
    void read(byte[] input, SplittableRandom random) throws IOException;
  }

  /** The files of the target's corpus. */
  List<byte[]> corpus() {
    URL folder = Objects.requireNonNull(Fuzz.class.getResource(name), "no corpus " + name);
    try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
      return files.sorted().map(Fuzz::bytes).toList();
    } catch (IOException | URISyntaxException e) {
      throw new IllegalStateException("the corpus " + name + " cannot be read", e);
    }
  }

  static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void run(Reader reader) {
    run(corpus(), reader);
  }

  void run(List<byte[]> corpus, Reader reader) {
    int count = Integer.getInteger("fettle.fuzz", shortRound);
    long seed = Long.getLong("fettle.fuzz.seed", 1);
    Map<String, String> failures = new TreeMap<>();
    double slowest = 0;
    long declaredErrors = 0;
    long started = System.nanoTime();
    for (long i = 0; i < count && failures.size() < MOST_FAILURES; i++) {
      SplittableRandom random = new SplittableRandom(seed + i);
      byte[] input = new Mutator(random, corpus, words).next();
      long before = cpu();
      Throwable thrown = read(reader, input, random);
      double seconds = (cpu() - before) / 1e9;
      slowest = Math.max(slowest, seconds);
      boolean isDeclared = thrown != null && declared.contains(thrown.getClass());
      declaredErrors += isDeclared ? 1 : 0;
      if (seconds > SLOWEST_SECONDS) {
        failures.putIfAbsent("slow", report(seed + i, input, seconds + " s"));
      }
      if (thrown != null && !isDeclared) {
        failures.putIfAbsent(kind(thrown), report(seed + i, input, thrown.toString()));
      }
    }
    System.out.printf(
        "fuzz %s: %,d inputs from seed %d in %.0f s, %,d declared errors, slowest %.2f s%n",
        name, count, seed, (System.nanoTime() - started) / 1e9, declaredErrors, slowest);
    assertThat(failures).isEmpty();
  }

  private static @Nullable Throwable read(Reader reader, byte[] input, SplittableRandom random) {
    try {
      reader.read(input, random);
      return null;
    } catch (RuntimeException | IOException | Error e) {
      return e;
    }
  }

  private static long cpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  /** One failure of each kind is enough: what was thrown, and where. */
  private static String kind(Throwable thrown) {
    for (StackTraceElement frame : thrown.getStackTrace()) {
      if (frame.getClassName().startsWith("dev.fettle.")) {
        return thrown.getClass().getSimpleName() + " at " + frame;
      }
    }
    return thrown.getClass().getName();
  }

  private String report(long seed, byte[] input, String what) {
    Path folder = Path.of("target", "fuzz");
    Path file = folder.resolve(name + "-" + seed);
    try {
      Files.createDirectories(folder);
      Files.write(file, input);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return what
        + "\n  input: "
        + file.toAbsolutePath()
        + "\n  again: ./mvnw -Dfast -pl integration-tests -am test -Dtest=*FuzzTest#"
        + name
        + " -Dfuzz=1 -Dfettle.fuzz.seed="
        + seed;
  }
}
