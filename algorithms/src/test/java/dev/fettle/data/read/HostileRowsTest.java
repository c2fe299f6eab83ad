package dev.fettle.data.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that ask for more than they are worth: an answer in seconds, and a clear one. */
@Timeout(30)
class HostileRowsTest {

  @TempDir Path directory;

  private static List<Row> read(Path file, ReadLimits limits) {
    List<Row> rows = new ArrayList<>();
    try (RowReader reader = RowReader.open(file, limits)) {
      for (Optional<Row> row = reader.next(); row.isPresent(); row = reader.next()) {
        rows.add(row.get());
      }
    }
    return rows;
  }

  private static List<Row> read(Path file) {
    return read(file, ReadLimits.DEFAULT);
  }

  private static String error(Path file) {
    return error(file, ReadLimits.DEFAULT);
  }

  private static String error(Path file, ReadLimits limits) {
    try {
      read(file, limits);
    } catch (DataException e) {
      assertThat(e.getMessage()).startsWith(file.toString()).doesNotContain("\n");
      return String.valueOf(e.getMessage()).substring(file.toString().length());
    }
    throw new AssertionError("no error for " + file);
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  private Path bytes(String name, int... bytes) throws IOException {
    byte[] content = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      content[i] = (byte) bytes[i];
    }
    return Files.write(directory.resolve(name), content);
  }

  /** A head, so many megabytes of one letter, and a tail. */
  private Path bomb(String name, String head, int megabytes, String tail) throws IOException {
    Path file = directory.resolve(name);
    byte[] chunk = new byte[1 << 20];
    Arrays.fill(chunk, (byte) 'a');
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(head.getBytes(StandardCharsets.UTF_8));
      for (int i = 0; i < megabytes; i++) {
        out.write(chunk);
      }
      out.write(tail.getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }

  @Test
  void aLineOf700MegabytesIsRefusedWhileItIsRead() throws IOException {
    String advice =
        " is longer than 67,108,864 bytes; check that the file has one row where it should, or"
            + " raise data.maxRowBytes";
    long start = System.nanoTime();
    assertThat(error(bomb("bomb.jsonl.gz", "{\"a\": 1}\n{\"text\": \"", 700, "\"}\n")))
        .isEqualTo(":2" + advice);
    assertThat(error(bomb("bomb.json.gz", "[{\"a\": 1}, {\"text\": \"", 700, "\"}]")))
        .isEqualTo(" row 2" + advice);
    assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(20));
    // Many small values, and space before any, are no way round it.
    Path many = directory.resolve("many.json.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(many))) {
      out.write("[{\"ids\": [1".getBytes(StandardCharsets.UTF_8));
      byte[] more = ",1".repeat(1 << 19).getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < 70; i++) {
        out.write(more);
      }
    }
    assertThat(error(many)).isEqualTo(" row 1" + advice);
    Path blank = directory.resolve("blank.json.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(blank))) {
      byte[] spaces = " ".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < 70; i++) {
        out.write(spaces);
      }
    }
    assertThat(error(blank)).isEqualTo(" row 1" + advice);
  }

  @Test
  void theLimitIsExactForLines() throws IOException {
    Path file = write("a.jsonl", "{\"a\":123}\r\n{\"a\":1234}\r\n");
    assertThat(read(file, new ReadLimits(10))).hasSize(2);
    assertThat(error(file, new ReadLimits(9))).startsWith(":2 is longer than 9 bytes");
    assertThat(
            error(
                write("b.json", "[{\"text\": \"" + "a".repeat(400_000) + "\"}]"),
                new ReadLimits(1000)))
        .startsWith(" row 1 is longer than 1,000 bytes");
  }

  @Test
  void textsOver20MillionCharactersAndLongNumbersAreFine() throws IOException {
    String text = "ab ".repeat(7_000_000);
    assertThat(
            read(write("long.jsonl", "{\"text\": \"" + text + "\"}\n")).get(0).fields().get("text"))
        .hasToString('"' + text + '"');
    assertThat(read(write("long.json", "[{\"text\": \"" + text + "\"}]"))).hasSize(1);
    String digits = "1".repeat(1_500);
    for (String number :
        List.of(digits, "-" + digits, digits + ".5", "0." + digits, "1e400", "1E-400")) {
      assertThat(read(write("n.jsonl", "{\"text\": \"x\", \"n\": " + number + "}\n"))).hasSize(1);
    }
    assertThat(error(write("d.jsonl", "{\"n\": " + "1".repeat(2_000_000) + "}\n")))
        .startsWith(":1 is not valid JSON")
        .contains("it has a number of more than 10000 digits");
  }

  @Test
  void deepNestingIsNamed() throws IOException {
    String deep = "[".repeat(100_000);
    assertThat(error(write("deep.jsonl", "{\"a\": " + deep + "\n")))
        .contains("it is nested deeper than 1000 levels")
        .endsWith("; correct the line or delete it");
    assertThat(error(write("deep.json", "[{\"a\": " + deep)))
        .contains("it is nested deeper than 1000 levels");
    String fine = "[".repeat(900) + "]".repeat(900);
    assertThat(read(write("fine.jsonl", "{\"a\": " + fine + "}\n"))).hasSize(1);
  }

  @Test
  void marksAndLineEndsAreRead() throws IOException {
    String row = "{\"text\": \"ä\"}";
    for (String end : List.of("\n", "\r\n", "\r")) {
      String text = "\uFEFF" + row + end + end + row + end + row;
      List<Row> rows = read(write("a.jsonl", text));
      assertThat(rows).hasSize(3);
      assertThat(rows.get(1).origin().number()).isEqualTo(3);
    }
    assertThat(read(write("a.json", "\uFEFF[" + row + "]"))).hasSize(1);
    assertThat(error(write("bom.json", "\uFEFF"))).contains("does not begin with '['");
    assertThat(read(write("nul.jsonl", "{\"text\": \"a\\u0000b\"}\n"))).hasSize(1);
    assertThat(error(write("rawnul.jsonl", "{\"text\": \"a\0b\"}\n")))
        .startsWith(":1 is not valid JSON");
    assertThat(error(write("zeros.jsonl", "\0".repeat(4096)))).startsWith(":1 is not valid JSON");
  }

  @Test
  void bytesThatAreNoTextAreNamedByWhatTheyAre() throws IOException {
    assertThat(error(bytes("a.jsonl", 0x1f, 0x8b, 8, 0)))
        .isEqualTo(" is gzip; let its name end in .gz");
    assertThat(error(bytes("b.json", 'P', 'A', 'R', '1'))).contains("let its name end in .parquet");
    assertThat(error(bytes("c.jsonl", 0x28, 0xb5, 0x2f, 0xfd))).contains("zstd");
    assertThat(error(bytes("d.jsonl", 0xff, 0xfe, '{', 0))).contains("is UTF-16, not UTF-8");
    assertThat(error(bytes("e.json", 0xfe, 0xff, 0, '['))).contains("is UTF-16, not UTF-8");
    assertThat(error(bytes("f.jsonl", 'P', 'K', 3, 4))).contains("zip archive");
    String notUtf8 = " is not UTF-8; save the file as UTF-8";
    // A lone byte, an overlong slash, half of a surrogate pair, a character cut off.
    assertThat(error(bytes("g.jsonl", '{', '"', 0xe4, '"'))).isEqualTo(":1" + notUtf8);
    assertThat(error(bytes("h.jsonl", '{', '"', 0xc0, 0xaf, '"'))).isEqualTo(":1" + notUtf8);
    assertThat(error(bytes("i.json", '[', '{', '"', 0xed, 0xa0, 0x80))).endsWith(notUtf8);
    assertThat(error(bytes("j.jsonl", '{', '"', 0xe2, 0x82))).isEqualTo(":1" + notUtf8);
  }

  @Test
  void whatIsNoFileIsSaidToBeNone() throws Exception {
    Path pipe = directory.resolve("pipe.jsonl");
    Process made = new ProcessBuilder("mkfifo", pipe.toString()).start();
    Assumptions.assumeTrue(made.waitFor() == 0, "mkfifo makes no pipe here");
    assertThat(error(pipe)).startsWith(" is a pipe or a device");
    Path folder = Files.createDirectory(directory.resolve("folder.jsonl"));
    assertThat(error(folder)).startsWith(" is a directory");
  }

  @Test
  void aFileThatMayNotBeReadIsNamed() throws IOException {
    Path file = write("secret.jsonl", "{}\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
    Assumptions.assumeFalse(Files.isReadable(file), "this user may read everything");
    assertThat(error(file)).isEqualTo(" may not be read; check its permissions");
  }
}
