package dev.fettle.backend.onnxruntime;

import ai.onnxruntime.OrtEnvironment;
import dev.fettle.spi.support.Leftovers;
import dev.fettle.spi.support.NativeFolder;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * ONNX Runtime's native libraries. It would unpack them into a new temporary folder on each start;
 * its property {@code onnxruntime.native.path} names one where they lie already.
 */
final class OrtLibraries {
  private static final String NATIVE = "/ai/onnxruntime/native/";
  private static final String PATH = "onnxruntime.native.path";

  /** What it creates in the temporary folder, also where it then needs none of it. */
  private static final String TEMPORARY = "onnxruntime-java";

  /** What it may load from there; a jar holds those its build has. */
  private static final List<String> NAMES =
      List.of(
          "onnxruntime",
          "onnxruntime4j_jni",
          "onnxruntime_providers_shared",
          "onnxruntime_providers_cuda");

  private OrtLibraries() {}

  /** Whether a library is there: in the jar, or in the folder that its property names. */
  static boolean has(String platform, String library) {
    String file = System.mapLibraryName(library);
    String folder = System.getProperty(PATH);
    return (folder != null && Files.isRegularFile(Path.of(folder, file)))
        || resource(platform, file) != null;
  }

  private static @Nullable URL resource(String platform, String file) {
    return OrtEnvironment.class.getResource(NATIVE + platform + "/" + file);
  }

  /**
   * Starts ONNX Runtime with its libraries from the user's cache. Where there is no cache, or the
   * caller has set the property, it finds them as it always does.
   */
  static synchronized OrtEnvironment start(
      String version, String platform, Supplier<OrtEnvironment> environment) {
    Leftovers.clear(TEMPORARY);
    Optional<Path> folder =
        System.getProperty(PATH) == null ? unpacked(version, platform) : Optional.empty();
    if (folder.isEmpty()) {
      return environment.get();
    }
    System.setProperty(PATH, folder.get().toString());
    try {
      return environment.get();
    } finally {
      System.clearProperty(PATH);
    }
  }

  private static Optional<Path> unpacked(String version, String platform) {
    Map<String, URL> libraries = new LinkedHashMap<>();
    for (String name : NAMES) {
      String file = System.mapLibraryName(name);
      URL resource = resource(platform, file);
      if (resource != null) {
        libraries.put(file, resource);
      }
    }
    return libraries.isEmpty()
        ? Optional.empty()
        : NativeFolder.ofThisUser()
            .flatMap(cache -> cache.unpack("onnxruntime-" + version + "-" + platform, libraries));
  }
}
