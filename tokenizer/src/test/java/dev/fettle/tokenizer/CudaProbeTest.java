package dev.fettle.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.huggingface.tokenizers.jni.LibUtils;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A machine with some CUDA or other: which libraries are in the process after a text is encoded.
 */
class CudaProbeTest {
  @TempDir Path dir;

  /** Run in processes of their own. */
  static final class Encoding {
    private Encoding() {}

    public static void main(String[] args) throws IOException {
      if (args[1].equals("binding")) {
        LibUtils.checkStatus();
      } else {
        try (Tokenizer tokenizer = Tokenizer.load(Path.of(args[0]))) {
          System.out.println("tokens " + tokenizer.encode("the cat", false).ids().length);
        }
      }
      System.out.println("fork " + System.getProperty("ai.djl.util.cuda.fork"));
      try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
        System.out.println("cudart " + maps.anyMatch(line -> line.contains("libcudart")));
      }
    }
  }

  @BeforeEach
  void aMachineWithCuda() throws IOException {
    Path library = aLibrary();
    Files.copy(library, Files.createDirectories(dir.resolve("cuda")).resolve("libcudart.so"));
    TinyModel.write(Files.createDirectories(dir.resolve("model")));
  }

  /** Any will do: what matters is whether it is loaded. */
  private static Path aLibrary() {
    Path zip = Path.of(System.getProperty("java.home"), "lib", "libzip.so");
    assumeTrue(
        Files.exists(zip) && Files.exists(Path.of("/proc/self/maps")), "skipped: not on Linux");
    return zip;
  }

  private String run(String how, String... flags) throws IOException, InterruptedException {
    Path out = dir.resolve("out.txt");
    List<String> command =
        Stream.of(
                Stream.of(System.getProperty("java.home") + "/bin/java", "-Xmx256m"),
                Stream.of(flags),
                Stream.of(Encoding.class.getName(), dir.resolve("model").toString(), how))
            .flatMap(s -> s)
            .toList();
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
    builder.environment().put("LD_LIBRARY_PATH", dir.resolve("cuda").toString());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put("DJL_OFFLINE", "true");
    Process process = builder.start();
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    return Files.readString(out, StandardCharsets.UTF_8);
  }

  @Test
  void theHouseLoadsNoneOfItsLibraries() throws IOException, InterruptedException {
    assertThat(run("house")).contains("tokens ", "cudart false", "fork true");
  }

  @Test
  void theBindingAloneDoes() throws IOException, InterruptedException {
    assertThat(run("binding"))
        .as("it calls into what it has loaded; else the test above cannot fail")
        .contains("cudaGetDeviceCount");
  }

  @Test
  void whatIsSetByHandHolds() throws IOException, InterruptedException {
    assertThat(run("house", "-Dai.djl.util.cuda.fork=false")).contains("cudaGetDeviceCount");
    assertThat(run("house", "-Dai.djl.util.cuda.fork=true")).contains("tokens ", "cudart false");
  }
}
