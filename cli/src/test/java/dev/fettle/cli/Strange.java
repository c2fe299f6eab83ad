package dev.fettle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/**
 * A file that is not what it should be.
 *
 * @param name of the case
 * @param file relative to the folder of a model and its runs
 * @param change what becomes of it
 * @param command that reads it
 */
record Strange(String name, String file, Consumer<Path> change, List<String> command) {

  static Strange strange(String name, String file, Consumer<Path> change, List<String> command) {
    return new Strange(name, file, change, command);
  }

  interface Write {
    void to(Path file) throws IOException;
  }

  static Consumer<Path> doing(Write write) {
    return file -> {
      try {
        write.to(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }

  static Consumer<Path> text(String content) {
    return doing(file -> Files.writeString(file, content));
  }

  static Consumer<Path> bytes(byte[] content) {
    return doing(file -> Files.write(file, content));
  }

  static byte[] sized(int size, int fill) {
    byte[] bytes = new byte[size];
    Arrays.fill(bytes, (byte) fill);
    return bytes;
  }

  /** What can become of any file. */
  static List<Strange> ofAnyFile(String file, List<String> command) {
    String name = file + ", " + command.get(0);
    return List.of(
        strange(name + ": missing", file, doing(Strange::delete), command),
        strange(name + ": empty", file, text(""), command),
        strange(name + ": blank", file, text(" \n\n\t\n"), command),
        strange(
            name + ": a directory",
            file,
            doing(
                f -> {
                  delete(f);
                  Files.createDirectories(f.resolve("inner"));
                }),
            command),
        strange(
            name + ": a link to itself",
            file,
            doing(
                f -> {
                  delete(f);
                  Files.createSymbolicLink(f, f.getFileName());
                }),
            command),
        strange(
            name + ": a link to nothing",
            file,
            doing(
                f -> {
                  delete(f);
                  Files.createSymbolicLink(f, Path.of("nowhere"));
                }),
            command),
        strange(name + ": zeros", file, bytes(sized(5_000, 0)), command),
        strange(name + ": not UTF-8", file, bytes(sized(5_000, 0xff)), command),
        strange(name + ": null", file, text("null"), command),
        strange(name + ": a number", file, text("1e999"), command),
        strange(name + ": a list", file, text("[[], {}]"), command),
        strange(name + ": an object", file, text("{}"), command),
        strange(name + ": deep lists", file, text("[".repeat(100_000)), command),
        strange(name + ": deep objects", file, text("{\"a\":".repeat(100_000)), command),
        strange(name + ": a long text", file, text("\"" + "x".repeat(6_000_000)), command),
        strange(
            name + ": a long number",
            file,
            text("{\"a\": " + "1".repeat(1_000_000) + "}"),
            command),
        strange(
            name + ": cut off",
            file,
            doing(
                f -> {
                  byte[] all = Files.exists(f) ? Files.readAllBytes(f) : new byte[2];
                  Files.write(f, Arrays.copyOf(all, all.length / 2));
                }),
            command));
  }

  static void delete(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      try (Stream<Path> files = Files.walk(path)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    } else {
      Files.deleteIfExists(path);
    }
  }

  static Consumer<Path> replacing(String what, String with) {
    return doing(
        file -> {
          String before = Files.readString(file);
          String after = before.replaceFirst(what, with);
          assertThat(after).as("%s in %s", what, before).isNotEqualTo(before);
          Files.writeString(file, after);
        });
  }

  static Consumer<Path> bomb() {
    return doing(
        file -> {
          ByteArrayOutputStream packed = new ByteArrayOutputStream();
          try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            byte[] part = sized(1 << 20, 'x');
            for (int i = 0; i < 400; i++) {
              gzip.write(part);
            }
          }
          Files.write(file.resolveSibling("rows.jsonl.gz"), packed.toByteArray());
        });
  }
}
