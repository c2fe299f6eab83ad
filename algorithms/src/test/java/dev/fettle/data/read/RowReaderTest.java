package dev.fettle.data.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowReaderTest {

  @TempDir Path directory;

  private Path write(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  private Path gzip(String name, String text) throws IOException {
    return Files.write(directory.resolve(name), gzipped(text));
  }

  private static byte[] gzipped(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private static List<Row> read(Path file) {
    List<Row> rows = new ArrayList<>();
    try (RowReader reader = RowReader.open(file)) {
      for (Optional<Row> row = reader.next(); row.isPresent(); row = reader.next()) {
        rows.add(row.get());
      }
      assertThat(reader.fraction()).isEqualTo(1.0);
      assertThat(reader.next()).isEmpty();
    }
    return rows;
  }

  private static String error(Path file) {
    try {
      read(file);
    } catch (DataException e) {
      assertThat(e.getMessage()).doesNotContain("\n");
      return String.valueOf(e.getMessage());
    }
    throw new AssertionError("no error for " + file);
  }

  @Test
  void jsonLinesCountLinesAndPassOverBlankOnes() throws IOException {
    List<Row> rows = read(write("a.jsonl", "\uFEFF{\"text\": \"ä\"}\n\n{\"text\": null}\r\n"));
    assertThat(rows).hasSize(2);
    assertThat(rows.get(0).fields().get("text").asText()).isEqualTo("ä");
    assertThat(rows.get(1).origin()).hasToString(directory.resolve("a.jsonl") + ":3");
  }

  @Test
  void everyKindOfFileHoldsTheSameRows() throws IOException {
    String lines = "{\"id\": 1, \"text\": \"one\"}\n{\"id\": 2, \"text\": \"two\"}\n";
    List<Path> files =
        List.of(
            write("a.jsonl", lines),
            gzip("b.jsonl.gz", lines),
            write("c.json", "[" + lines.trim().replace("\n", ",\n") + "]\n"),
            gzip("d.json.gz", "[" + lines.trim().replace("\n", ",") + "]"));
    for (Path file : files) {
      List<Row> rows = read(file);
      assertThat(rows).as("%s", file).hasSize(2);
      assertThat(rows.get(1).fields()).hasToString("{\"id\":2,\"text\":\"two\"}");
      assertThat(rows.get(1).origin().number()).isEqualTo(2);
    }
  }

  @Test
  void aBrokenLineIsNamed() throws IOException {
    Path file = write("prefs.jsonl", "{\"text\": \"a\"}\n{\"text\": \"b\"\n{\"text\": \"c\"}\n");
    assertThat(error(file))
        .startsWith(file + ":2 is not valid JSON at column ")
        .endsWith("; correct the line or delete it");
    assertThat(error(write("two.jsonl", "{\"a\": 1} {\"a\": 2}\n")))
        .startsWith(directory.resolve("two.jsonl") + ":1 is not valid JSON")
        .contains("there is more after the first value");
    assertThat(error(write("twice.jsonl", "{\"a\": 1, \"a\": 2}\n")))
        .contains("Duplicate field 'a'");
    assertThat(error(write("list.jsonl", "[1]\n")))
        .isEqualTo(
            directory.resolve("list.jsonl") + ":1 is an array; every line must be a JSON object");
    assertThat(error(write("array.jsonl", "[\n{\"a\": 1}\n]\n")))
        .endsWith("; a JSON array belongs in a file named .json");
  }

  @Test
  void textThatIsNotUtf8IsNamed() throws IOException {
    Path file = directory.resolve("latin.jsonl");
    Files.write(file, "{\"text\": \"ä\"}\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(error(file)).isEqualTo(file + ":1 is not UTF-8; save the file as UTF-8");
  }

  @Test
  void aBrokenArrayIsNamed() throws IOException {
    Path file = write("a.json", "[{\"a\": 1},\n{\"a\": }]");
    assertThat(error(file))
        .startsWith(file + " row 2 is not valid JSON at line 2: ")
        .endsWith("; correct the file");
    assertThat(error(write("cut.json", "[{\"a\": 1},"))).contains("row 2 is not valid JSON");
    assertThat(error(write("end.json", "[{\"a\": 1}"))).contains("row 2 is not valid JSON");
    assertThat(error(write("lines.json", "{\"a\": 1}\n")))
        .endsWith(
            "does not begin with '['; a .json file must be one array of objects (a file of one object"
                + " a line must be named .jsonl)");
    assertThat(error(write("more.json", "[{\"a\": 1}] {}")))
        .contains("follows the end of the array");
    assertThat(error(write("text.json", "[\"a\"]")))
        .endsWith("row 1 is a text; every element must be a JSON object");
  }

  @Test
  void aTruncatedOrFalseGzipFileIsNamed() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 5000; i++) {
      lines.append("{\"text\": \"line ").append(i * 7919L).append("\"}\n");
    }
    byte[] whole = gzipped(lines.toString());
    Path cut = directory.resolve("cut.jsonl.gz");
    Files.write(cut, Arrays.copyOf(whole, whole.length / 2));
    assertThat(error(cut))
        .matches(
            ".*cut\\.jsonl\\.gz:\\d+ breaks off within the compressed data; the file is truncated,"
                + " fetch it again");
    assertThat(error(write("plain.jsonl.gz", "{\"text\": \"a\"}\n")))
        .endsWith("compress the file again, or drop the .gz from its name");
    Path stub = directory.resolve("stub.jsonl.gz");
    Files.write(stub, Arrays.copyOf(whole, 4));
    assertThat(error(stub)).contains("the file is truncated");
  }

  @Test
  void aWrongPathSaysWhatLiesNearby() throws IOException {
    write("train.jsonl", "{}");
    write("eval.jsonl.gz", "{}");
    write("notes.txt", "");
    Path wrong = directory.resolve("trian.jsonl");
    assertThat(error(wrong))
        .isEqualTo("no file " + wrong + "; beside it: train.jsonl, eval.jsonl.gz");
    Path deeper = directory.resolve("data/train.jsonl");
    assertThat(error(deeper)).isEqualTo("no file " + deeper + "; " + directory + " has no data");
    assertThat(error(Path.of("nowhere.jsonl")))
        .startsWith(
            "no file nowhere.jsonl (looked for " + Path.of("nowhere.jsonl").toAbsolutePath() + ")");
    assertThat(error(directory))
        .isEqualTo(
            directory
                + " is a directory, a file of rows is wanted; it holds eval.jsonl.gz, train.jsonl");
  }

  @Test
  void anEmptyFileAndAnUnknownKindAreRefused() throws IOException {
    assertThat(error(write("empty.jsonl", "")))
        .endsWith("empty.jsonl is empty; write the rows again, or name another file");
    assertThat(error(write("rows.csv", "a,b\n")))
        .endsWith(
            "rows.csv: the kind of file is not known from its name; rows are read from .jsonl, .json"
                + " (an array), .jsonl.gz, .json.gz and .parquet");
    // This module does not know Parquet; the one that does is not on its class path.
    assertThat(error(write("rows.parquet", "PAR1")))
        .endsWith(
            "rows.parquet is a Parquet file, which nothing on the class path reads; add the"
                + " dependency dev.fettle:fettle-parquet, or write the rows as .jsonl");
    assertThatThrownBy(() -> RowReader.open(directory.resolve("rows.csv")))
        .isInstanceOf(DataException.class);
  }
}
