package dev.fettle.spi.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A machine made of folders: files with the head of a library, tools that print what they are told.
 */
final class FakeHost {
  static final String SMI = "nvidia-smi --query-gpu=uuid,name,memory.total,driver_version";
  private final Path root;
  private final Map<String, String> environment = new HashMap<>();
  private final Map<String, String> printed = new TreeMap<>();
  private final Map<String, String> complaints = new HashMap<>();
  final List<String> loaded = new ArrayList<>();

  FakeHost(Path root) {
    this.root = root;
  }

  Host host() {
    return new Host(root, environment, this::print, this::load);
  }

  private Optional<String> print(List<String> command) {
    String line = String.join(" ", command);
    return printed.entrySet().stream()
        .filter(
            e ->
                e.getKey().equals(line)
                    || (e.getKey() + " --format=csv,noheader,nounits").equals(line))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  private void load(Path library) {
    String name = String.valueOf(library.getFileName());
    if (complaints.containsKey(name)) {
      throw new UnsatisfiedLinkError(library + ": " + complaints.get(name));
    }
    loaded.add(name);
  }

  FakeHost set(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  FakeHost prints(String command, String... lines) {
    printed.put(command, String.join("\n", lines) + "\n");
    return this;
  }

  FakeHost complains(String library, String why) {
    complaints.put(library, why);
    return this;
  }

  /** So many cards, and the driver's library. */
  FakeHost cards(int n, String driver, String cuda) {
    String[] rows = new String[n];
    for (int i = 0; i < n; i++) {
      rows[i] = "GPU-" + i + "5a7, NVIDIA H100 80GB HBM3, 81559, " + driver;
    }
    prints(SMI, rows);
    prints(
        "nvidia-smi",
        "| NVIDIA-SMI "
            + driver
            + "  Driver Version: "
            + driver
            + "  CUDA Version: "
            + cuda
            + " |");
    return libraries("/usr/lib/x86_64-linux-gnu", "libcuda.so.1", "libnvidia-ptxjitcompiler.so.1");
  }

  FakeHost libraries(String folder, String... names) {
    for (String name : names) {
      write(folder + "/" + name, new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0});
    }
    return this;
  }

  FakeHost text(String file, String text) {
    return write(file, text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private FakeHost write(String file, byte[] bytes) {
    try {
      Path path = path(file);
      Files.createDirectories(path.getParent());
      Files.write(path, bytes);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path path(String absolute) {
    return root.resolve(absolute.substring(1));
  }
}
