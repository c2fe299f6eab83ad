package dev.fettle.integration;

import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.opentest4j.TestAbortedException;

/**
 * The CUDA libraries that ONNX Runtime's provider asks for, written in a few hundred lines of C
 * that count instead of computing ({@code src/test/c}), and a process that runs on them.
 *
 * <p>The provider itself is 622 MB and no dependency: with {@code
 * -Dfettle.onnxruntime.gpu=onnxruntime_gpu-1.28.0.jar} (or a folder with its libraries), or with
 * {@code -Pgpu}, these tests run; else they say so and are skipped.
 *
 * @param folder with the libraries that count
 * @param natives with those of ONNX Runtime
 */
record FakeCuda(Path folder, Path natives) {
  private static final String PROPERTY = "fettle.onnxruntime.gpu";
  private static final String PROVIDER = "libonnxruntime_providers_cuda.so";
  private static final String RUNTIME = "libcudart.so.12";
  private static final Pattern ASKED = Pattern.compile("UND (\\w+)@(lib\\w+\\.so\\.\\d+)");
  private static final Pattern DEFINED = Pattern.compile("\\b(cu\\w+)\\(");

  /** Builds the libraries, or skips the test with the reason. */
  static FakeCuda build(Path folder) throws IOException, InterruptedException {
    Path natives = provider();
    for (String tool : List.of("cc", "readelf")) {
      if (!works(tool)) {
        throw new TestAbortedException(tool + " is not installed, which builds the fake of CUDA");
      }
    }
    FakeCuda fake = new FakeCuda(folder, natives);
    fake.runtime();
    String symbols =
        output("readelf", "--dyn-syms", "-W", natives.resolve(PROVIDER).toString())
            .replaceAll(" +", " ");
    fake.counting("libcublas.so.12", "fake_cublas.c", asked(symbols, "libcublas.so.12"));
    fake.counting("libcublasLt.so.12", "fake_cublaslt.c", asked(symbols, "libcublasLt.so.12"));
    fake.counting("libcudnn.so.9", "fake_cudnn.c", named(natives.resolve(PROVIDER)));
    fake.counting("libcurand.so.10", "fake_cublaslt.c", List.of());
    fake.counting("libcuda.so.1", "fake_cublaslt.c", List.of());
    return fake;
  }

  private static Path provider() throws IOException {
    String named = System.getProperty(PROPERTY);
    Path from = named == null ? classPath() : Path.of(named);
    if (Files.isRegularFile(from.resolve(PROVIDER))) {
      return from;
    }
    if (!Files.isRegularFile(from) || !holds(from)) {
      throw new TestAbortedException(
          from
              + " has no CUDA provider: give -D"
              + PROPERTY
              + "=onnxruntime_gpu-1.28.0.jar, or build with -Pgpu");
    }
    return unpacked(from);
  }

  private static Path classPath() {
    try {
      return Path.of(
          OrtEnvironment.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean holds(Path jar) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      return zip.getEntry("ai/onnxruntime/native/linux-x64/" + PROVIDER) != null;
    }
  }

  /** Once for all rounds: half a gigabyte takes its time. */
  private static Path unpacked(Path jar) throws IOException {
    Path folder =
        Files.createDirectories(
            Path.of(System.getProperty("fettle.root", "."), "target", "onnxruntime-gpu"));
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      Enumeration<? extends ZipEntry> entries = zip.entries();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        Path file = folder.resolve(entry.getName().substring(entry.getName().lastIndexOf('/') + 1));
        boolean wanted = entry.getName().matches("ai/onnxruntime/native/linux-x64/.*\\.so");
        if (wanted && !(Files.exists(file) && Files.size(file) == entry.getSize())) {
          try (InputStream in = zip.getInputStream(entry)) {
            Files.deleteIfExists(file);
            Files.copy(in, file);
          }
        }
      }
    }
    return folder;
  }

  private static List<String> asked(String symbols, String library) {
    return ASKED
        .matcher(symbols)
        .results()
        .filter(m -> m.group(2).equals(library))
        .map(m -> m.group(1))
        .distinct()
        .toList();
  }

  /** Of cuDNN the provider takes functions by name. */
  private static List<String> named(Path provider) throws IOException {
    TreeSet<String> names = new TreeSet<>();
    StringBuilder word = new StringBuilder();
    byte[] buffer = new byte[1 << 20];
    try (InputStream in = Files.newInputStream(provider)) {
      for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
        for (int i = 0; i < n; i++) {
          char c = (char) buffer[i];
          if (Character.isLetterOrDigit(c) || c == '_') {
            word.append(c);
          } else {
            if (word.toString().matches("cudnn[A-Z]\\w{1,80}")) {
              names.add(word.toString());
            }
            word.setLength(0);
          }
        }
      }
    }
    return List.copyOf(names);
  }

  private static Path source(String name) {
    return Path.of(System.getProperty("fettle.root", ".."), "integration-tests/src/test/c", name);
  }

  private void runtime() throws IOException, InterruptedException {
    cc(RUNTIME, List.of(source("fake_cudart.c").toString(), "-pthread"));
  }

  private void counting(String library, String source, List<String> functions)
      throws IOException, InterruptedException {
    Matcher known = DEFINED.matcher(Files.readString(source(source)));
    List<String> answered = known.results().map(m -> m.group(1)).toList();
    String others =
        functions.stream()
            .filter(f -> !answered.contains(f))
            .map(f -> "int " + f + "() { fakeLibrary(\"" + f + "\"); return 0; }\n")
            .collect(Collectors.joining("", "extern void fakeLibrary(const char *);\n", ""));
    Path rest = Files.writeString(folder.resolve(library + ".c"), others);
    cc(
        library,
        List.of(
            source(source).toString(),
            rest.toString(),
            "-L" + folder,
            "-l:" + RUNTIME,
            "-Wl,-rpath,$ORIGIN"));
  }

  private void cc(String library, List<String> inputs) throws IOException, InterruptedException {
    Path versions =
        Files.writeString(folder.resolve(library + ".map"), library + " { global: *; };\n");
    List<String> command = new ArrayList<>(List.of("cc", "-O1", "-w", "-shared", "-fPIC", "-o"));
    command.add(folder.resolve(library).toString());
    command.addAll(inputs);
    command.add("-Wl,-soname," + library);
    command.add("-Wl,--version-script=" + versions);
    output(command.toArray(String[]::new));
  }

  private static boolean works(String tool) throws InterruptedException {
    try {
      return new ProcessBuilder(tool, "--version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static String output(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(String.join(" ", command) + " failed: " + text);
    }
    return text;
  }
}
