package dev.fettle.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmallFileTest {
  private static final int MIB = 1 << 20;

  @TempDir Path folder;

  @Test
  void readsWhatIsSmall() throws IOException {
    Path file = Files.writeString(folder.resolve("a"), "größer");
    assertThat(SmallFile.text(file, MIB)).isEqualTo("größer");
    assertThat(SmallFile.bytes(file, 8)).hasSize(8);
  }

  @Test
  void refusesWhatIsNot() throws IOException {
    Path file = Files.write(folder.resolve("a"), new byte[MIB + 1]);
    assertThatIOException()
        .isThrownBy(() -> SmallFile.bytes(file, MIB))
        .satisfies(
            e ->
                assertThat(FileErrors.reason(e))
                    .isEqualTo("it is larger than the 1 MiB such a file may have"));
  }

  @Test
  void saysWhatElseIsWrong() throws IOException {
    assertThatIOException()
        .isThrownBy(() -> SmallFile.bytes(folder, MIB))
        .satisfies(e -> assertThat(FileErrors.reason(e)).isEqualTo("it is a directory"));
    assertThatIOException()
        .isThrownBy(() -> SmallFile.bytes(folder.resolve("none"), MIB))
        .satisfies(e -> assertThat(FileErrors.reason(e)).isEqualTo("no such file"));
    Path file = Files.write(folder.resolve("a"), new byte[] {(byte) 0xff});
    assertThatExceptionOfType(CharacterCodingException.class)
        .isThrownBy(() -> SmallFile.text(file, MIB));
  }
}
