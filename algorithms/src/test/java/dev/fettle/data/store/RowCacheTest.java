package dev.fettle.data.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.data.Example;
import dev.fettle.data.Made;
import dev.fettle.data.Seeds;
import dev.fettle.data.Stretches;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.RowOrigin;
import dev.fettle.models.random.RandomStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowCacheTest {
  private static final StoredForm<Example> PLAIN = StoredForm.ofExamples("test");
  private static final List<Path> FILES = List.of(Path.of("a.jsonl"), Path.of("b.parquet"));
  private static final String KEY = "0123";

  @TempDir private Path dir;

  private RowCache cache() {
    return new RowCache(dir.resolve("run/cache"));
  }

  private Path file() {
    return cache().directory().resolve("rows-" + KEY + ".bin");
  }

  /** Of both files, with masks and ids of every kind; some of no length. */
  private static List<Example> random(Seeds seeds, int count) {
    RandomStream random = seeds.stream(1);
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] ids = new int[random.nextInt(40)];
      byte[] mask = new byte[ids.length];
      for (int t = 0; t < ids.length; t++) {
        ids[t] = t % 5 == 0 ? Integer.MAX_VALUE - t : random.nextInt(100_000);
        mask[t] = (byte) random.nextInt(2);
      }
      RowOrigin origin =
          i % 2 == 0
              ? new RowOrigin(FILES.get(0), i + 1L, RowOrigin.Unit.LINE)
              : new RowOrigin(FILES.get(1), 5_000_000_000L + i, RowOrigin.Unit.ROW);
      examples.add(new Example(ids, mask, origin));
    }
    return examples;
  }

  private List<Example> write(List<Example> examples, String notes) {
    return write(PLAIN, examples, notes);
  }

  private List<Example> write(StoredForm<Example> form, List<Example> examples, String notes) {
    try (RowFileWriter<Example> writer = cache().begin(KEY, form, FILES)) {
      examples.forEach(e -> writer.add(e, e.origin()));
      return writer.finish(notes);
    }
  }

  @Test
  void whatIsReadIsWhatWasWritten() {
    Seeds seeds = Seeds.draw();
    List<Example> examples = random(seeds, 300);
    List<Example> written = write(examples, "what else\n\u00e4");
    assertThat(written).as("%s", seeds).isEqualTo(examples);
    // Few bytes a map, so that there are many: as if the file had many gigabytes.
    for (long largestMap : new long[] {1, 500, 4096, Records.LARGEST_MAP}) {
      RowCache.Found<Example> found = cache().find(KEY, PLAIN, FILES, largestMap).orElseThrow();
      assertThat(found.examples()).as("%s", seeds).isEqualTo(examples);
      assertThat(found.notes()).isEqualTo("what else\n\u00e4");
    }
  }

  @Test
  void partsAreReadAlone() {
    Seeds seeds = Seeds.draw();
    List<Example> examples = random(seeds, 60);
    List<Example> written = write(examples, "");
    assertThat(written).isInstanceOf(Stretches.class);
    for (int i = 0; i < examples.size(); i++) {
      Example whole = examples.get(i);
      for (int offset = 0; offset <= whole.length(); offset++) {
        for (int length = 0; length <= whole.length() - offset; length++) {
          assertThat(Stretches.of(written).stretch(i, offset, length))
              .as("%s", seeds)
              .isEqualTo(whole.stretch(offset, length));
        }
      }
    }
    for (List<Example> either : List.of(examples, written)) {
      for (int i = 0; i < examples.size(); i++) {
        int example = i;
        int beyond = examples.get(i).length() + 1;
        assertThatThrownBy(() -> Stretches.of(either).stretch(example, 0, beyond))
            .as("%s", seeds)
            .isInstanceOf(IndexOutOfBoundsException.class);
      }
    }
  }

  @Test
  void manyThreadsReadAtOnce() throws Exception {
    Seeds seeds = Seeds.draw();
    List<Example> examples = random(seeds, 2000);
    write(examples, "");
    List<Example> stored = cache().find(KEY, PLAIN, FILES, 1000).orElseThrow().examples();
    ExecutorService readers = Executors.newFixedThreadPool(4);
    try {
      List<Future<List<Example>>> read = new ArrayList<>();
      for (int r = 0; r < 4; r++) {
        read.add(readers.submit(() -> List.copyOf(stored)));
      }
      for (Future<List<Example>> copy : read) {
        assertThat(copy.get()).as("%s", seeds).isEqualTo(examples);
      }
    } finally {
      readers.shutdownNow();
    }
  }

  /** An algorithm's own kinds of example. */
  private record Pair(Example better, Example worse) {}

  private record Rated(String text, double rating) {}

  @Test
  void groupsOfExamplesNeedNoCodec() {
    List<Example> e = Made.examples(2, 3, 4, 1, 7, 5);
    StoredForm<Pair> form =
        StoredForm.ofGroups(
            "pairs", p -> List.of(p.better(), p.worse()), l -> new Pair(l.get(0), l.get(1)));
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < 6; i += 2) {
      RowOrigin origin = e.get(i).origin();
      Example worse = new Example(e.get(i + 1).ids(), e.get(i + 1).targetMask(), origin);
      pairs.add(new Pair(e.get(i), worse));
    }
    List<Path> files = List.of(e.get(0).origin().file());
    try (RowFileWriter<Pair> writer = cache().begin(KEY, form, files)) {
      pairs.forEach(p -> writer.add(p, p.better().origin()));
      assertThat(writer.finish("")).isEqualTo(pairs);
    }
    assertThat(cache().find(KEY, form, files).orElseThrow().examples()).isEqualTo(pairs);
  }

  @Test
  void aKindOfOnesOwnNeedsOne() {
    StoredForm<Rated> form =
        StoredForm.of(
            "rated",
            new ExampleCodec<>() {
              @Override
              public byte[] write(Rated example) {
                byte[] text = example.text().getBytes(StandardCharsets.UTF_8);
                return ByteBuffer.allocate(8 + text.length)
                    .putDouble(example.rating())
                    .put(text)
                    .array();
              }

              @Override
              public Rated read(ByteBuffer bytes, RowOrigin origin) {
                double rating = bytes.getDouble();
                return new Rated(StandardCharsets.UTF_8.decode(bytes).toString(), rating);
              }
            });
    List<Rated> rated = List.of(new Rated("good", 0.75), new Rated("", -1), new Rated("\u00fc", 3));
    try (RowFileWriter<Rated> writer = cache().begin(KEY, form, FILES)) {
      rated.forEach(r -> writer.add(r, new RowOrigin(FILES.get(0), 1, RowOrigin.Unit.LINE)));
      assertThat(writer.finish("")).isEqualTo(rated);
    }
    assertThat(cache().find(KEY, form, FILES).orElseThrow().examples()).isEqualTo(rated);
  }

  @Test
  void anythingButTheWholeFileIsPassedOver() throws IOException {
    Seeds seeds = Seeds.draw();
    List<Example> examples = random(seeds, 5);
    write(examples, "{}");
    byte[] whole = Files.readAllBytes(file());
    for (int i = 0; i < whole.length; i++) {
      byte[] flipped = whole.clone();
      flipped[i] ^= (byte) (1 << i % 8);
      Files.write(file(), flipped);
      assertThat(cache().find(KEY, PLAIN, FILES)).as("%s, byte %d", seeds, i).isEmpty();
      Files.write(file(), Arrays.copyOf(whole, i));
      assertThat(cache().find(KEY, PLAIN, FILES)).as("%s, cut at %d", seeds, i).isEmpty();
    }
    Files.write(file(), Arrays.copyOf(whole, whole.length + 8));
    assertThat(cache().find(KEY, PLAIN, FILES)).isEmpty();
    // Rows of something else under this name.
    Files.write(cache().directory().resolve("rows-4567.bin"), whole);
    assertThat(cache().find("4567", PLAIN, FILES)).isEmpty();
    // What is written then replaces it.
    assertThat(write(examples, "{}")).isEqualTo(examples);
    assertThat(file()).hasBinaryContent(whole);
  }

  @Test
  void rowsStayReadableWhenTheirFileIsReplacedOrDeleted() throws IOException {
    List<Example> examples = random(Seeds.draw(), 50);
    List<Example> written = write(examples, "");
    write(examples.subList(0, 7), "");
    Files.delete(file());
    assertThat(written).isEqualTo(examples);
  }

  @Test
  void aFileNotFinishedLeavesNoTrace() {
    List<Example> examples = random(Seeds.draw(), 50);
    try (RowFileWriter<Example> writer = cache().begin(KEY, PLAIN, FILES)) {
      examples.forEach(e -> writer.add(e, e.origin()));
    }
    assertThat(dir).isEmptyDirectory();
    // What was there before stays.
    write(examples, "");
    RowFileWriter<Example> writer = cache().begin(KEY, PLAIN, FILES);
    writer.add(examples.get(0), examples.get(0).origin());
    writer.close();
    assertThat(cache().directory()).isDirectoryContaining(p -> p.equals(file()));
    assertThat(cache().find(KEY, PLAIN, FILES).orElseThrow().examples()).isEqualTo(examples);
  }

  @Test
  void aPlaceThatCannotBeWrittenIsSaid() throws IOException {
    Files.writeString(dir.resolve("run"), "a file");
    assertThatThrownBy(() -> cache().begin(KEY, PLAIN, FILES))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(file() + " cannot be written: ")
        .hasMessageContaining("choose another run.out");
  }

  @Test
  void filesUsedLongAgoAreClearedAway() throws IOException {
    write(random(Seeds.draw(), 5), "");
    Instant now = Instant.now();
    for (int age = 1; age <= 6; age++) {
      Path old = Files.copy(file(), cache().directory().resolve("rows-old" + age + ".bin"));
      Files.setLastModifiedTime(old, FileTime.from(now.minus(Duration.ofHours(age))));
    }
    Path abandoned = Files.createFile(cache().directory().resolve(".rows-x.bin.1"));
    Files.setLastModifiedTime(abandoned, FileTime.from(now.minus(Duration.ofHours(2))));
    Path growing = Files.createFile(cache().directory().resolve(".rows-x.bin.2"));
    Path other = Files.createFile(cache().directory().resolve("notes.txt"));
    write(random(Seeds.draw(), 5), "");
    try (Stream<Path> left = Files.list(cache().directory())) {
      assertThat(left.map(p -> p.getFileName().toString()))
          .containsExactlyInAnyOrder(
              file().getFileName().toString(),
              "rows-old1.bin",
              "rows-old2.bin",
              "rows-old3.bin",
              growing.getFileName().toString(),
              other.getFileName().toString());
    }
  }

  /** Writes as a process that may write no file larger than 64 KiB: fails like a full disk. */
  public static final class Writer {
    private Writer() {}

    /** Prints the error. */
    public static void main(String[] args) {
      Example example = Made.examples(10_000).get(0);
      List<Path> files = List.of(example.origin().file());
      try (RowFileWriter<Example> writer =
          new RowCache(Path.of(args[0])).begin(KEY, PLAIN, files)) {
        for (int i = 0; i < 100; i++) {
          writer.add(example, example.origin());
        }
        writer.finish("");
      } catch (DataException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @Test
  void aFullDiskIsOneErrorAndLeavesNothing() throws IOException, InterruptedException {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/bin/sh")), "skipped: no shell to limit a process with");
    Path out = dir.resolve("out.txt");
    Process limited =
        new ProcessBuilder(
                "/bin/sh",
                "-c",
                "ulimit -f 128 && exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName(),
                cache().directory().toString())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    assertThat(limited.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readString(out))
        .contains(file() + " cannot be written: File too large; ")
        .contains(" MiB are free there; tokenised rows are kept there: free space, or choose")
        .doesNotContain("\tat ");
    assertThat(dir.resolve("run")).doesNotExist();
  }
}
