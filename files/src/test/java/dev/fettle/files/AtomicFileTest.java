package dev.fettle.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files and directories: whole, or as they were. */
class AtomicFileTest {
  @TempDir Path dir;

  private Stream<String> names() throws IOException {
    try (Stream<Path> all = Files.list(dir)) {
      return all.map(p -> p.getFileName().toString()).toList().stream();
    }
  }

  @Test
  void replacesAFile() throws IOException {
    Path file = dir.resolve("a.txt");
    AtomicFile.write(file, "one");
    AtomicFile.write(file, "two");
    assertThat(file).hasContent("two");
    assertThat(names()).containsExactly("a.txt");
  }

  @Test
  void leavesTheOldFileWhereTheNewOneFails() throws IOException {
    Path file = dir.resolve("a.txt");
    AtomicFile.write(file, "one");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      out.write('t');
                      throw new IOException("half way");
                    }))
        .hasMessage("half way");
    assertThat(file).hasContent("one");
    assertThat(names()).containsExactly("a.txt");
  }

  @Test
  void isGoneUnlessCommitted() throws IOException {
    try (AtomicFile file = AtomicFile.begin(dir.resolve("a.txt"))) {
      file.stream().write('x');
    }
    assertThat(names()).isEmpty();
  }

  @Test
  void makesNoDirectories() {
    assertThatThrownBy(() -> AtomicFile.write(dir.resolve("absent").resolve("a"), "x"))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void leavesTheOldFileWhenTheDiskIsFull() throws IOException {
    Configuration small = Configuration.unix().toBuilder().setMaxSize(64 << 10).build();
    try (FileSystem disk = Jimfs.newFileSystem(small)) {
      Path file = disk.getPath("/a");
      AtomicFile.write(file, "one");
      assertThatThrownBy(() -> AtomicFile.write(file, new byte[128 << 10]))
          .isInstanceOf(IOException.class);
      assertThat(Files.readString(file)).isEqualTo("one");
    }
  }

  @Test
  void replacesADirectory() throws IOException {
    Path target = dir.resolve("final");
    Directories.write(target, d -> Files.writeString(d.resolve("old"), "1"));
    Directories.write(target, d -> Files.writeString(d.resolve("new"), "2"));
    assertThat(target.resolve("new")).hasContent("2");
    assertThat(target.resolve("old")).doesNotExist();
    assertThat(names()).containsExactly("final");
  }

  @Test
  void leavesTheOldDirectoryWhereTheNewOneFails() throws IOException {
    Path target = dir.resolve("final");
    Directories.write(target, d -> Files.writeString(d.resolve("old"), "1"));
    assertThatThrownBy(
            () ->
                Directories.write(
                    target,
                    d -> {
                      Files.writeString(d.resolve("new"), "2");
                      throw new IOException("half way");
                    }))
        .hasMessage("half way");
    assertThat(target.resolve("old")).hasContent("1");
    assertThat(names()).containsExactly("final");
  }

  @Test
  void aDirectoryThatMadeRoomIsPutBack() throws IOException {
    Path target = dir.resolve("final");
    Directories.write(target, d -> Files.writeString(d.resolve("old"), "1"));
    Files.move(target, dir.resolve(".final.old"));
    assertThatThrownBy(
            () ->
                Directories.write(
                    target,
                    d -> {
                      throw new IOException("full");
                    }))
        .hasMessage("full");
    assertThat(target.resolve("old")).hasContent("1");
  }

  @Test
  void saysWhatWentWrong() {
    assertThat(FileErrors.reason(new NoSuchFileException("x"))).isEqualTo("no such file");
    assertThat(FileErrors.reason(new IOException("why"))).isEqualTo("why");
    assertThat(FileErrors.freeSpace(dir.resolve("a"))).contains("MiB are free there");
  }
}
