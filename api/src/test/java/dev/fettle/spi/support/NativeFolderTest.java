package dev.fettle.spi.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class NativeFolderTest {

  @TempDir Path folder;
  private Path cache;
  private NativeFolder natives;

  @BeforeEach
  void makeCache() {
    cache = folder.resolve("cache/natives");
    natives = new NativeFolder(cache);
  }

  private Map<String, URL> libraries(String content) throws IOException {
    Path one = Files.writeString(folder.resolve("one"), content);
    Path two = Files.writeString(folder.resolve("two"), "2".repeat(100_000));
    return Map.of("libone.so", one.toUri().toURL(), "libtwo.so", two.toUri().toURL());
  }

  private List<String> inCache() throws IOException {
    try (Stream<Path> files = Files.list(cache)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void unpacksOnce() throws IOException {
    Path first = natives.unpack("lib-1", libraries("x")).orElseThrow();
    assertThat(first.resolve("libone.so")).hasContent("x");
    FileTime made = Files.getLastModifiedTime(first.resolve("libone.so"));
    assertThat(natives.unpack("lib-1", libraries("x"))).contains(first);
    assertThat(Files.getLastModifiedTime(first.resolve("libone.so"))).isEqualTo(made);
    assertThat(inCache()).containsExactly(first.getFileName().toString());
  }

  @Test
  void anotherContentIsAnotherFolder() throws IOException {
    Path first = natives.unpack("lib-1", libraries("x")).orElseThrow();
    Path second = natives.unpack("lib-1", libraries("y")).orElseThrow();
    assertThat(second).isNotEqualTo(first);
    assertThat(second.resolve("libone.so")).hasContent("y");
    assertThat(first.resolve("libone.so")).hasContent("x");
  }

  @Test
  void aDamagedFolderIsMadeAgain() throws IOException {
    Path first = natives.unpack("lib-1", libraries("x")).orElseThrow();
    Files.writeString(first.resolve("libtwo.so"), "cut off");
    Files.delete(first.resolve("libone.so"));
    assertThat(natives.unpack("lib-1", libraries("x"))).contains(first);
    assertThat(first.resolve("libone.so")).hasContent("x");
    assertThat(first.resolve("libtwo.so")).hasSize(100_000);
    assertThat(inCache()).hasSize(1);
  }

  @Test
  void manyAtOnceGetOneWholeFolder() throws Exception {
    Map<String, URL> libraries = libraries("x");
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<Optional<Path>>> asked = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        asked.add(threads.submit(() -> natives.unpack("lib-1", libraries)));
      }
      for (Future<Optional<Path>> one : asked) {
        assertThat(one.get().orElseThrow().resolve("libtwo.so")).hasSize(100_000);
      }
    } finally {
      threads.shutdown();
    }
    assertThat(inCache()).hasSize(1);
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "no such permissions")
  void onlyTheUserMayWriteThere() throws IOException {
    Path made = natives.unpack("lib-1", libraries("x")).orElseThrow();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
        .isEqualTo("rwx------");
    Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(natives.unpack("lib-1", libraries("x"))).isEmpty();
  }

  @Test
  void aCacheThatIsAFileIsNoCache() throws IOException {
    Files.createDirectories(cache.getParent());
    Files.writeString(cache, "a file");
    assertThat(natives.unpack("lib-1", libraries("x"))).isEmpty();
  }

  @Test
  void whatAKilledProcessLeftIsCleared() throws IOException {
    long dead = 4_000_000_000L;
    Path left = Files.createDirectories(cache.resolve(".unpacking-" + dead + "-1"));
    Path alive =
        Files.createDirectories(
            cache.resolve(".unpacking-" + ProcessHandle.current().pid() + "-1"));
    for (Path path : List.of(left, alive)) {
      Files.writeString(path.resolve("libone.so"), "half");
      Files.setLastModifiedTime(path, FileTime.from(Instant.now().minusSeconds(3_600)));
    }
    assertThat(natives.unpack("lib-1", libraries("x"))).isPresent();
    assertThat(left).doesNotExist();
    assertThat(alive).exists();
  }

  @Test
  void leftoversOfOthersAndOfTheLivingStay() throws IOException {
    Path old = Files.createDirectories(folder.resolve("lib-java1"));
    Files.writeString(old.resolve("libone.so"), "x");
    Path fresh = Files.createDirectories(folder.resolve("lib-java2"));
    Path other = Files.createDirectories(folder.resolve("other1"));
    FileTime longAgo = FileTime.from(Instant.now().minusSeconds(200_000));
    Files.setLastModifiedTime(old, longAgo);
    Files.setLastModifiedTime(other, longAgo);
    assertThat(Leftovers.clear(folder, "lib-java")).isEqualTo(1);
    assertThat(old).doesNotExist();
    assertThat(fresh).exists();
    assertThat(other).exists();
  }
}
