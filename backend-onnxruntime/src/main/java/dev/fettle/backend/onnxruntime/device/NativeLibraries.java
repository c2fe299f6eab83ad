package dev.fettle.backend.onnxruntime.device;

import com.sun.jna.NativeLibrary;
import dev.fettle.spi.DeviceUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The very libraries that ONNX Runtime has loaded. A search by name might load others beside them:
 * the loader's path, the system's and JNA's differ.
 */
final class NativeLibraries {
  private static final Path MAPS = Path.of("/proc/self/maps");

  private NativeLibraries() {}

  /**
   * A library of this process.
   *
   * @param file a pattern for its file name, as Linux has it
   * @param name what to look for where the system does not list what a process has loaded
   */
  static NativeLibrary loaded(Pattern file, String name) {
    try {
      return NativeLibrary.getInstance(path(file).orElse(name));
    } catch (UnsatisfiedLinkError e) {
      throw new DeviceUnavailableException(
          "the library " + name + " cannot be reached: " + e.getMessage(), e);
    }
  }

  private static Optional<String> path(Pattern file) {
    if (!Files.isReadable(MAPS)) {
      return Optional.empty();
    }
    Pattern line = Pattern.compile(".*\\s(/.*/" + file.pattern() + ")");
    try (Stream<String> maps = Files.lines(MAPS)) {
      return maps.map(line::matcher).filter(Matcher::matches).map(m -> m.group(1)).findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
