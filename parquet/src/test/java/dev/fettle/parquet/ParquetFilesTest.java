package dev.fettle.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.data.read.DataException;
import dev.fettle.data.read.ReadLimits;
import dev.fettle.data.read.Row;
import dev.fettle.data.read.RowReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import org.duckdb.DuckDBDriver;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ParquetFilesTest {

  @TempDir Path directory;

  private Path parquet(String name, String query) throws Exception {
    return parquet(name, query, "");
  }

  private Path parquet(String name, String query, String options) throws Exception {
    Path file = directory.resolve(name);
    try (Connection db = new DuckDBDriver().connect("jdbc:duckdb:", new Properties());
        Statement statement = db.createStatement()) {
      statement.execute("COPY (" + query + ") TO '" + file + "' (FORMAT parquet" + options + ")");
    }
    return file;
  }

  private static List<Row> read(Path file) {
    return read(file, ReadLimits.DEFAULT);
  }

  private static List<Row> read(Path file, ReadLimits limits) {
    List<Row> rows = new ArrayList<>();
    try (RowReader reader = RowReader.open(file, limits)) {
      for (Optional<Row> row = reader.next(); row.isPresent(); row = reader.next()) {
        rows.add(row.get());
      }
      assertThat(reader.fraction()).isEqualTo(1.0);
      assertThat(reader.next()).isEmpty();
    }
    return rows;
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

  private static String error(Path file) {
    return error(file, ReadLimits.DEFAULT);
  }

  private String fields(String query) throws Exception {
    List<Row> rows = read(parquet("a.parquet", query));
    assertThat(rows).hasSize(1);
    return rows.get(0).fields().toString();
  }

  @Test
  void rowsAreThoseOfOtherKinds() throws Exception {
    String query = "SELECT * FROM (VALUES (1, 'one'), (2, 'two')) t(id, text)";
    for (String name : List.of("e.parquet", "f[1]*.parquet", "it's.PARQUET")) {
      Path file = parquet(name.replace("'", "''"), query);
      if (name.contains("'")) {
        file = directory.resolve(name);
      }
      List<Row> rows = read(file);
      assertThat(rows).as("%s", file).hasSize(2);
      assertThat(rows.get(1).fields()).hasToString("{\"id\":2,\"text\":\"two\"}");
      assertThat(rows.get(1).origin()).hasToString(file + " row 2");
    }
  }

  @Test
  void noNameOfAColumnStandsInTheWay() throws Exception {
    String names =
        "t T_ rows rows_ c0 c1 _0 file filename read_parquet select from group order table struct"
            + " value json NULL true";
    for (String name : names.split(" ", -1)) {
      assertThat(fields("SELECT 'x' AS text, 1 AS \"" + name + "\""))
          .isEqualTo("{\"text\":\"x\",\"" + name + "\":1}");
    }
    assertThat(fields("SELECT {'text': 'x'} AS t, 2 AS c0, 3 AS c1"))
        .isEqualTo("{\"t\":{\"text\":\"x\"},\"c0\":2,\"c1\":3}");
    assertThat(
            fields(
                "SELECT 1 AS \"a\"\"b\", 2 AS \"it's\", 3 AS \"größe 日本 😀\", 4 AS \"a.b\", 5 AS"
                    + " \" \", 6 AS \"x;--\""))
        .isEqualTo("{\"a\\\"b\":1,\"it's\":2,\"größe 日本 😀\":3,\"a.b\":4,\" \":5,\"x;--\":6}");
  }

  @Test
  void everyTypeIsReadAsJson() throws Exception {
    assertThat(
            fields(
                "SELECT [{'role': 'user', 'content': 'it''s'}, {'role': 'assistant', 'content': NULL}]"
                    + " AS messages, [1, 2]::BIGINT[] AS input_ids, NULL AS none, 0.5 AS half"))
        .isEqualTo(
            "{\"messages\":[{\"role\":\"user\",\"content\":\"it's\"},{\"role\":\"assistant\",\"content\":null}],"
                + "\"input_ids\":[1,2],\"none\":null,\"half\":0.5}");
    assertThat(
            fields(
                "SELECT TIMESTAMP '2024-02-29 12:30:00' AS at, DATE '2024-02-29' AS day, TIME"
                    + " '01:02:03' AS time, 12.50::DECIMAL(10,2) AS price, 'ab'::BLOB AS raw, MAP"
                    + " {'k': 1} AS map, 'x'::ENUM ('x', 'y') AS choice, true AS yes"))
        .isEqualTo(
            "{\"at\":\"2024-02-29 12:30:00\",\"day\":\"2024-02-29\",\"time\":\"01:02:03\",\"price\":12.5,"
                + "\"raw\":\"ab\",\"map\":{\"k\":1},\"choice\":\"x\",\"yes\":true}");
    assertThat(
            fields(
                "SELECT 170141183460469231731687303715884105727::HUGEINT AS huge,"
                    + " 18446744073709551615::UBIGINT AS big, -1::TINYINT AS small, 'nan'::DOUBLE AS"
                    + " nan, '-inf'::FLOAT AS inf, '\\x00\\xFF'::BLOB AS raw, uuid_nil AS id FROM"
                    + " (SELECT '00000000-0000-0000-0000-000000000000'::UUID AS uuid_nil)"))
        .contains("\"big\":18446744073709551615", "\"small\":-1", "\"id\":\"00000000-0000-0000");
    assertThat(fields("SELECT [[{'a': [1, NULL]}], []] AS deep, {'x': {'y': NULL}} AS s, [] AS e"))
        .isEqualTo("{\"deep\":[[{\"a\":[1,null]}],[]],\"s\":{\"x\":{\"y\":null}},\"e\":[]}");
  }

  private static Path resource(String name) throws Exception {
    return Path.of(Objects.requireNonNull(ParquetFilesTest.class.getResource("/" + name)).toURI());
  }

  /** Written by pyarrow: DuckDB's names are the same in upper and lower case. */
  @Test
  void namesThatDifferInCaseAreKeptApart() throws Exception {
    assertThat(read(resource("names-by-case.parquet")).get(0).fields())
        .hasToString("{\"text\":\"lower\",\"Text\":\"Upper\",\"TEXT\":\"ALL\",\"t\":1}");
  }

  @Test
  void timesWithAZoneAreToldInUtc() throws Exception {
    assertThat(fields("SELECT TIMESTAMPTZ '2024-02-29 12:30:00+02' AS at"))
        .isEqualTo("{\"at\":\"2024-02-29 10:30:00+00\"}");
  }

  @Test
  void aTextMarkedAsJsonStaysText() throws Exception {
    assertThat(fields("SELECT '{\"a\": [1]}'::JSON AS text"))
        .isEqualTo("{\"text\":\"{\\\"a\\\": [1]}\"}");
  }

  @Test
  void manyRowGroupsStayInOrder() throws Exception {
    Path file =
        parquet("many.parquet", "SELECT i AS id FROM range(300000) t(i)", ", ROW_GROUP_SIZE 2048");
    List<Row> rows = read(file);
    assertThat(rows).hasSize(300_000);
    for (int i = 0; i < rows.size(); i += 997) {
      assertThat(rows.get(i).fields().get("id").asInt()).isEqualTo(i);
    }
    assertThat(read(parquet("none.parquet", "SELECT 'a' AS text WHERE false"))).isEmpty();
  }

  @Test
  void aRowLongerThanTheLimitIsNamed() throws Exception {
    Path file =
        parquet("long.parquet", "SELECT repeat('a', i) AS text FROM (VALUES (10), (3000)) v(i)");
    assertThat(error(file, new ReadLimits(1000))).startsWith(" row 2 is longer than 1,000 bytes");
    assertThat(read(file, new ReadLimits(3000))).hasSize(2);
    // One text of 68 MB that a dictionary holds once for a hundred rows.
    Path bomb =
        parquet(
            "bomb.parquet",
            "SELECT repeat('a', 68000000) AS text FROM range(100) t(i)",
            ", COMPRESSION zstd");
    assertThat(error(bomb)).startsWith(" row 1 is longer than 67,108,864 bytes");
  }

  @Test
  void aFalseOrTruncatedFileIsNamed() throws Exception {
    Path lie = Files.writeString(directory.resolve("false.parquet"), "this is no parquet file");
    assertThat(error(lie)).isEqualTo(" is not a Parquet file; name it by what it holds");
    byte[] whole = Files.readAllBytes(parquet("whole.parquet", "SELECT 1 AS id"));
    Path cut = directory.resolve("cut.parquet");
    Files.write(cut, Arrays.copyOf(whole, whole.length - 10));
    assertThat(error(cut)).isEqualTo(" is a truncated Parquet file; fetch it again");
    byte[] torn = whole.clone();
    Arrays.fill(torn, 4, whole.length - 8, (byte) 0x5A);
    Path broken = directory.resolve("torn.parquet");
    Files.write(broken, torn);
    assertThat(error(broken))
        .contains("cannot be read as Parquet: ")
        .endsWith("write the file again");
  }

  /** A file that {@code pyarrow} wrote, with columns called t and T. */
  @Test
  void theCasesOfSharedDataAreRead() throws IOException {
    Path cases =
        Path.of(System.getProperty("fettle.shared", "../shared")).resolve("cases/parquet-column-t");
    Assumptions.assumeTrue(Files.isDirectory(cases), () -> "no case at " + cases);
    List<String> rows = new ArrayList<>();
    for (String name : List.of("t-int", "t-struct", "timestamp")) {
      rows.add(read(cases.resolve(name + ".parquet")).get(0).fields().toString());
    }
    assertThat(rows)
        .containsExactly(
            "{\"text\":\"hello world\",\"t\":5}",
            "{\"text\":\"hello world\",\"T\":{\"text\":\"other text\"}}",
            "{\"text\":\"x\",\"t\":\"2023-11-14 22:13:20+00\",\"dec\":1.5}");
  }
}
