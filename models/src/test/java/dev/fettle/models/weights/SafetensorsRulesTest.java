package dev.fettle.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.ir.DType;
import dev.fettle.models.config.ModelFileException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rule of the format, broken: one line that names the file, the tensor, and the matter. */
final class SafetensorsRulesTest {
  private static final String A = "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";

  @TempDir Path dir;

  private Path file(byte[] header, int dataBytes) throws IOException {
    return raw(header.length, header, dataBytes);
  }

  private Path raw(long length, byte[] header, int dataBytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array());
    out.write(header);
    out.write(new byte[dataBytes]);
    Path file = dir.resolve("bad.safetensors");
    Files.write(file, out.toByteArray());
    return file;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String tensor(String dtype, String shape, String offsets) {
    return "{\"t\":{\"dtype\":\""
        + dtype
        + "\",\"shape\":"
        + shape
        + ",\"data_offsets\":"
        + offsets
        + "}}";
  }

  static Stream<Arguments> brokenHeaders() {
    return Stream.of(
        Arguments.of("[1]", 0, "does not start with '{'"),
        Arguments.of(" {}", 0, "does not start with '{'"),
        Arguments.of("", 0, "does not start with '{'"),
        Arguments.of("{\"a\"", 0, "not valid JSON"),
        Arguments.of("{}{}", 0, "more than one JSON object"),
        Arguments.of("{} x", 0, "not valid JSON"),
        Arguments.of("{" + A + "," + A + "}", 8, "'a'"),
        Arguments.of("{\"t\":{\"dtype\":\"I8\",\"dtype\":\"U8\"}}", 8, "'dtype'"),
        Arguments.of("{\"t\":3}", 0, "tensor 't': its entry is not a JSON object"),
        Arguments.of("{\"t\":{}}", 0, "tensor 't': dtype (absent) is not known"),
        Arguments.of(tensor("F12", "[2]", "[0,8]"), 8, "tensor 't': dtype \"F12\" is not known"),
        Arguments.of(tensor("F32", "[-2]", "[0,8]"), 8, "'t': shape holds -2"),
        Arguments.of(tensor("F32", "[2.0]", "[0,8]"), 8, "'t': shape holds 2.0"),
        Arguments.of(tensor("F32", "[\"2\"]", "[0,8]"), 8, "'t': shape holds \"2\""),
        Arguments.of(tensor("F32", "2", "[0,8]"), 8, "'t': shape is not a list"),
        Arguments.of(tensor("F32", "[99999999999999999999]", "[0,8]"), 8, "'t': shape holds"),
        Arguments.of(tensor("F32", "[2]", "[8,0]"), 8, "'t': data_offsets [8, 0]"),
        Arguments.of(tensor("F32", "[2]", "[0]"), 8, "'t': data_offsets [0]"),
        Arguments.of(tensor("F32", "[2]", "[0,8,8]"), 8, "'t': data_offsets"),
        Arguments.of(tensor("F32", "[2]", "[-8,0]"), 8, "'t': data_offsets holds -8"),
        Arguments.of(tensor("F32", "[2]", "[0,4]"), 4, "'t': F32[2] needs 8 bytes"),
        Arguments.of(tensor("F32", "[]", "[0,8]"), 8, "'t': F32[] needs 4 bytes"),
        Arguments.of(tensor("F32", "[4611686018427387904,4]", "[0,0]"), 0, "'t': shape [4611"),
        Arguments.of(tensor("F4", "[3]", "[0,1]"), 1, "'t': F4[3] does not fill whole bytes"),
        Arguments.of(tensor("F32", "[2]", "[0,8]"), 7, "'t': its data ends at byte 8"),
        Arguments.of(tensor("F32", "[2]", "[4,12]"), 12, "'t': bytes 0 to 4"),
        Arguments.of(tensor("F32", "[2]", "[0,8]"), 9, "1 bytes after tensor 't' are unused"),
        Arguments.of("{}", 3, "3 bytes after the header are unused"),
        Arguments.of(
            "{" + A + ",\"b\":{\"dtype\":\"I8\",\"shape\":[2],\"data_offsets\":[7,9]}}",
            9,
            "'b': its data overlaps that of tensor 'a'"),
        Arguments.of(
            "{" + A + ",\"b\":{\"dtype\":\"I8\",\"shape\":[8],\"data_offsets\":[0,8]}}",
            8,
            "overlaps"),
        Arguments.of("{\"__metadata__\":{\"a\":1}}", 0, "__metadata__ 'a' is not a string"),
        Arguments.of("{\"__metadata__\":[]}", 0, "__metadata__ is not a JSON object"),
        Arguments.of("{\"t\":" + "[".repeat(100) + "]".repeat(100) + "}", 0, "not valid JSON"));
  }

  @ParameterizedTest
  @MethodSource("brokenHeaders")
  void brokenHeader(String header, int dataBytes, String message) throws IOException {
    Path file = file(utf8(header), dataBytes);
    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .isInstanceOf(ModelFileException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(message)
        .message()
        .hasLineCount(1);
  }

  @Test
  void notUtf8() throws IOException {
    byte[] header = utf8("{\"?\":0}");
    header[2] = (byte) 0xff;
    Path file = file(header, 0);
    assertThatThrownBy(() -> SafetensorsFile.open(file)).hasMessageContaining("not UTF-8");
  }

  @Test
  void headerLengths() throws IOException {
    for (long length : new long[] {100_000_001, -1, Long.MAX_VALUE, Long.MIN_VALUE}) {
      Path file = raw(length, utf8("{}"), 0);
      assertThatThrownBy(() -> SafetensorsFile.open(file)).hasMessageContaining("100 MB");
    }
    Path file = raw(3, utf8("{}"), 0);
    assertThatThrownBy(() -> SafetensorsFile.open(file)).hasMessageContaining("truncated");
  }

  @Test
  void everyTruncationIsFound() throws IOException {
    byte[] header = utf8("{" + A + "}");
    byte[] whole = Files.readAllBytes(file(header, 8));
    for (int keep = 0; keep < whole.length; keep++) {
      Path cut = dir.resolve("cut.safetensors");
      Files.write(cut, java.util.Arrays.copyOf(whole, keep));
      assertThatThrownBy(() -> SafetensorsFile.open(cut))
          .as("first %d bytes", keep)
          .isInstanceOf(ModelFileException.class);
    }
  }

  @Test
  void absentAndDirectory() {
    Path absent = dir.resolve("absent.safetensors");
    assertThatThrownBy(() -> SafetensorsFile.open(absent)).hasMessage(absent + ": no such file");
    assertThatThrownBy(() -> SafetensorsFile.open(dir)).isInstanceOf(ModelFileException.class);
  }

  @Test
  void emptyTensorsAndScalarsAreFine() throws IOException {
    String header =
        "{\"__metadata__\":{\"k\":\"v\"},"
            + "\"z\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,8,0],\"data_offsets\":[4,4]},"
            + "\"s\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}   ";
    try (SafetensorsFile f = SafetensorsFile.open(file(utf8(header), 4))) {
      assertThat(f.names()).containsExactly("s", "z");
      assertThat(f.read("s").sizes()).isEmpty();
      assertThat(f.shape("z")).endsWith(0);
      assertThat(f.metadata()).containsEntry("k", "v");
    }
    try (SafetensorsFile f = SafetensorsFile.open(file(utf8("{}"), 0))) {
      assertThat(f.names()).isEmpty();
    }
  }

  @Test
  void unsupportedTypesFailOnlyWhenRead() throws IOException {
    Path file = file(utf8(tensor("F8_E4M3", "[4]", "[0,4]")), 4);
    try (SafetensorsFile f = SafetensorsFile.open(file)) {
      assertThat(f.shape("t")).containsExactly(4);
      assertThatThrownBy(() -> f.read("t"))
          .isInstanceOf(ModelFileException.class)
          .hasMessageContaining("tensor 't' is stored as F8_E4M3")
          .hasMessageContaining("convert");
      assertThatThrownBy(() -> f.read("u")).hasMessageContaining("'u' is not in this file");
    }
  }

  @Test
  void fileShrinkingAfterwardsIsAnError() throws IOException {
    Path file = file(utf8("{" + A + "}"), 8);
    try (SafetensorsFile f = SafetensorsFile.open(file)) {
      try (RandomAccessFile r = new RandomAccessFile(file.toFile(), "rw")) {
        r.setLength(r.length() - 4);
      }
      assertThatThrownBy(() -> f.read("a"))
          .isInstanceOf(ModelFileException.class)
          .hasMessageContaining("'a' cannot be read: the file ends");
    }
  }

  @Test
  void tensorsBeyondTwoGibibytes() throws IOException {
    String header = tensor("I8", "[3000000000]", "[0,3000000000]");
    Path file = file(utf8(header), 0);
    try (RandomAccessFile r = new RandomAccessFile(file.toFile(), "rw")) {
      r.setLength(r.length() + 3_000_000_000L); // sparse
    }
    try (SafetensorsFile f = SafetensorsFile.open(file)) {
      assertThat(f.dtype("t")).isEqualTo(DType.I8);
      assertThatThrownBy(() -> f.read("t"))
          .isInstanceOf(ModelFileException.class)
          .hasMessageContaining("'t' does not fit into memory");
    }
  }

  @Test
  void offsetsBeyondTwoGibibytesAreReached() throws IOException {
    String header =
        "{\"big\":{\"dtype\":\"U8\",\"shape\":[3000000000],\"data_offsets\":[0,3000000000]},"
            + "\"last\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[3000000000,3000000002]}}";
    Path file = file(utf8(header), 0);
    try (RandomAccessFile r = new RandomAccessFile(file.toFile(), "rw")) {
      r.seek(r.length() + 3_000_000_000L);
      r.write(new byte[] {7, (byte) 200});
    }
    try (SafetensorsFile f = SafetensorsFile.open(file)) {
      assertThat(f.read("last").get(0)).isEqualTo(7);
      assertThat(f.read("last").get(1)).isEqualTo(200);
    }
  }
}
