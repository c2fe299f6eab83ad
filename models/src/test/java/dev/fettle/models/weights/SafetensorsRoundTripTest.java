package dev.fettle.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.ir.DType;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.spi.Halves;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.Pieces;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written is read back, bit for bit. */
final class SafetensorsRoundTripTest {
  @TempDir Path dir;

  private static HostTensor random(DType dtype, long seed, long... sizes) {
    HostTensor t = HostTensor.allocate(dtype, sizes);
    byte[] bytes = new byte[t.bytes().remaining()];
    new Random(seed).nextBytes(bytes);
    if (dtype == DType.BOOL) {
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] &= 1;
      }
    }
    t.bytes().put(bytes);
    return t;
  }

  @Test
  void everyTypeKeepsItsBits() {
    List<TensorEntry> entries = new ArrayList<>();
    for (DType dtype : DType.values()) {
      entries.add(TensorEntry.of("odd." + dtype, random(dtype, 1, 3, 5)));
      entries.add(TensorEntry.of("scalar." + dtype, random(dtype, 2)));
      entries.add(TensorEntry.of("empty." + dtype, random(dtype, 3, 2, 0)));
    }
    Path file = dir.resolve("all.safetensors");
    SafetensorsWriter.write(file, entries, Map.of("format", "pt", "ключ", "значение\n\""));
    try (SafetensorsFile f = SafetensorsFile.open(file)) {
      assertThat(f.metadata()).containsEntry("ключ", "значение\n\"").containsEntry("format", "pt");
      assertThat(f.names()).hasSameSizeAs(entries);
      for (TensorEntry e : entries) {
        HostTensor back = f.read(e.name());
        assertThat(back.dtype()).isEqualTo(e.dtype());
        HostTensor written = e.pieces().get(0).get();
        assertThat(back.sizes()).isEqualTo(written.sizes());
        assertThat(back.bytes()).isEqualTo(written.bytes());
      }
    }
  }

  @Test
  void orderOfEntriesDoesNotMatterAndTensorsAreAligned() throws IOException {
    List<TensorEntry> entries = new ArrayList<>();
    for (DType dtype : DType.values()) {
      entries.add(TensorEntry.of("t." + dtype, random(dtype, 4, 3)));
    }
    Path one = dir.resolve("one.safetensors");
    Path two = dir.resolve("two.safetensors");
    SafetensorsWriter.write(one, entries);
    Collections.shuffle(entries, new Random(5));
    SafetensorsWriter.write(two, entries);
    assertThat(one).hasSameBinaryContentAs(two);
    long headerBytes = ByteBuffer.wrap(Files.readAllBytes(one)).get(0) & 0xff;
    assertThat(headerBytes % 8).isZero();
  }

  @Test
  void halvesAndDoublesWidenExactly() {
    // More than two of the blocks that the conversion works in, and every 16-bit pattern.
    HostTensor bf16 = HostTensor.allocate(DType.BF16, 150_000);
    HostTensor f16 = HostTensor.allocate(DType.F16, 150_000);
    HostTensor f64 = HostTensor.allocate(DType.F64, 70_000);
    for (int i = 0; i < 150_000; i++) {
      bf16.bytes().putShort(2 * i, (short) i);
      f16.bytes().putShort(2 * i, (short) i);
    }
    for (int i = 0; i < 70_000; i++) {
      f64.set(i, Math.sin(i) * Math.pow(10, i % 80 - 40));
    }
    Path file = dir.resolve("wide.safetensors");
    SafetensorsWriter.write(
        file,
        List.of(
            TensorEntry.of("bf16", bf16), TensorEntry.of("f16", f16), TensorEntry.of("f64", f64)));
    try (WeightSource w = WeightSource.open(file)) {
      float[] wideBf16 = w.readAs("bf16", DType.F32).toFloats();
      float[] wideF16 = w.readAs("f16", DType.F32).toFloats();
      float[] wideF64 = w.readAs("f64", DType.F32).toFloats();
      for (int i = 0; i < 150_000; i++) {
        // NaN payloads too.
        assertThat(Float.floatToRawIntBits(wideBf16[i])).isEqualTo((i & 0xffff) << 16);
        float expected = Halves.f16ToFloat((short) i);
        assertThat(Float.floatToRawIntBits(wideF16[i]))
            .isEqualTo(Float.floatToRawIntBits(expected));
      }
      for (int i = 0; i < 70_000; i++) {
        assertThat(wideF64[i]).isEqualTo((float) f64.get(i));
      }
      assertThat(w.readAs("bf16", DType.BF16).bytes()).isEqualTo(bf16.bytes());
      assertThat(w.readAs("f64", DType.F16).dtype()).isEqualTo(DType.F16);
    }
  }

  @Test
  void integersAreNotTakenForFloats() {
    Path file = dir.resolve("int.safetensors");
    SafetensorsWriter.write(file, List.of(TensorEntry.of("q", random(DType.I8, 6, 4))));
    try (WeightSource w = WeightSource.open(file)) {
      assertThatThrownBy(() -> w.readAs("q", DType.F32))
          .isInstanceOf(ModelFileException.class)
          .hasMessageContaining("tensor 'q' is stored as I8 where F32 is needed");
    }
  }

  @Test
  void suppliersAreAskedOneByOneAndChecked() throws IOException {
    Path file = dir.resolve("lazy.safetensors");
    HostTensor t = HostTensor.ofFloats(new float[] {1, 2}, 2);
    List<String> asked = new ArrayList<>();
    List<TensorEntry> entries = new ArrayList<>();
    for (String name : List.of("b", "a")) {
      entries.add(
          new TensorEntry(
              name,
              DType.F32,
              List.of(2L),
              () -> {
                asked.add(name);
                return t;
              }));
    }
    SafetensorsWriter.write(file, entries);
    assertThat(asked).containsExactly("a", "b");

    byte[] before = Files.readAllBytes(file);
    TensorEntry wrong = new TensorEntry("a", DType.F32, List.of(3L), () -> t);
    assertThatThrownBy(() -> SafetensorsWriter.write(file, List.of(wrong)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'a' was announced as F32[3]");
    TensorEntry a = TensorEntry.of("a", t);
    assertThatThrownBy(() -> SafetensorsWriter.write(file, List.of(a, a)))
        .hasMessageContaining("two tensors are named 'a'");
    assertThat(file).hasBinaryContent(before);
    assertThat(filesIn(dir)).containsExactly("lazy.safetensors");
  }

  @Test
  void aTensorInPiecesIsTheSameFileAndIsReadInAny() throws IOException {
    for (DType stored : List.of(DType.F32, DType.BF16, DType.F16, DType.F64)) {
      HostTensor whole = HostTensor.allocate(stored, 7, 5);
      for (int i = 0; i < 35; i++) {
        whole.set(i, 0.37 * i - 4);
      }
      List<Supplier<HostTensor>> pieces =
          List.of(() -> whole.part(0, 12), () -> whole.part(12, 12), () -> whole.part(24, 11));
      Path one = dir.resolve("one" + stored + ".safetensors");
      Path many = dir.resolve("many" + stored + ".safetensors");
      SafetensorsWriter.write(one, List.of(TensorEntry.of("w", whole)));
      TensorEntry entry = new TensorEntry("w", stored, List.of(7L, 5L), pieces);
      SafetensorsWriter.write(many, List.of(entry));
      assertThat(many).hasSameBinaryContentAs(one);
      try (SafetensorsFile f = SafetensorsFile.open(many)) {
        for (DType wanted : List.of(stored, DType.F32, DType.BF16)) {
          HostTensor all = f.readAs("w", wanted);
          HostTensor part = f.readPart("w", wanted, new Pieces(9, 17));
          assertThat(part.dtype()).isEqualTo(wanted);
          assertThat(part.bytes()).isEqualTo(all.part(9, 17).bytes());
        }
        assertThatThrownBy(() -> f.readPart("w", DType.F32, new Pieces(20, 16)))
            .isInstanceOf(ModelFileException.class)
            .hasMessageContaining("'w' has 35 elements");
        assertThatThrownBy(() -> f.readPart("w", DType.I32, new Pieces(0, 1)))
            .isInstanceOf(ModelFileException.class);
      }
      TensorEntry tooShort = new TensorEntry("w", stored, List.of(7L, 5L), pieces.subList(0, 2));
      assertThatThrownBy(() -> SafetensorsWriter.write(many, List.of(tooShort)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'w' was announced as");
    }
  }

  private static List<String> filesIn(Path dir) throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }
}
