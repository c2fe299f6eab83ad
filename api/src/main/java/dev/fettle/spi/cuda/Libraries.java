package dev.fettle.spi.cuda;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds libraries as the dynamic loader does ({@code LD_LIBRARY_PATH}, the cache of {@code
 * ldconfig}, the system's folders), and then where CUDA is put that the loader is not told of.
 */
final class Libraries {
  private static final Pattern CACHED =
      Pattern.compile("^\\s*(\\S+)\\s+\\(([^)]*)\\)\\s+=>\\s+(\\S.*)$");
  private static final List<String> SYSTEM =
      List.of(
          "/lib/x86_64-linux-gnu",
          "/usr/lib/x86_64-linux-gnu",
          "/lib64",
          "/usr/lib64",
          "/lib",
          "/usr/lib");
  private static final List<String> CUDA_VARIABLES =
      List.of("CUDA_HOME", "CUDA_PATH", "CUDA_ROOT", "CUDNN_PATH");
  private static final List<String> USUAL =
      List.of("/usr/local/cuda", "/opt/cuda", "/usr/lib/cuda", "/usr/local/nvidia", "/usr/lib/wsl");

  /** In one that CUDA's installers, pip's wheels or conda make. */
  private static final List<String> WITHIN =
      List.of("", "lib64", "lib", "targets/x86_64-linux/lib", "lib/x86_64-linux-gnu");

  private final Host host;
  private final List<Path> loaders = new ArrayList<>();
  private final Map<String, Path> cache = new LinkedHashMap<>();
  private final List<Path> homes = new ArrayList<>();
  private final List<Path> others = new ArrayList<>();

  /**
   * @param given folders that a user names: with libraries, with an installation of CUDA, or with
   *     Python's packages
   */
  Libraries(Host host, List<Path> given) {
    this.host = host;
    host.variable("LD_LIBRARY_PATH").ifPresent(path -> split(path).forEach(loaders::add));
    readCache();
    Set<Path> found = new LinkedHashSet<>(given);
    for (String variable : CUDA_VARIABLES) {
      host.variable(variable).flatMap(Libraries::path).map(this::rooted).ifPresent(found::add);
    }
    USUAL.forEach(folder -> found.add(host.at(folder)));
    // The newest of several versions first.
    List<Path> versions = new ArrayList<>(children(host.at("/usr/local"), "cuda-.*"));
    for (int i = versions.size() - 1; i >= 0; i--) {
      found.add(versions.get(i));
    }
    homes.addAll(found);
    for (Path home : homes) {
      WITHIN.forEach(folder -> others.add(folder.isEmpty() ? home : home.resolve(folder)));
      // Python's wheels: nvidia/cublas/lib, nvidia/cudnn/lib.
      for (Path packages : List.of(home, home.resolve("nvidia"))) {
        children(packages, ".*").forEach(package_ -> others.add(package_.resolve("lib")));
      }
    }
  }

  private Path rooted(Path folder) {
    return folder.startsWith(host.root()) ? folder : host.at(folder.toString());
  }

  private static Optional<Path> path(String text) {
    try {
      return Optional.of(Path.of(text));
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** The folders of a list such as {@code LD_LIBRARY_PATH}. */
  static List<Path> split(String list) {
    List<Path> folders = new ArrayList<>();
    for (String folder : list.split(File.pathSeparator, -1)) {
      if (!folder.isBlank()) {
        path(folder.strip()).ifPresent(folders::add);
      }
    }
    return folders;
  }

  private void readCache() {
    Optional<String> printed = Optional.empty();
    for (String tool : List.of("/sbin/ldconfig", "/usr/sbin/ldconfig", "ldconfig")) {
      if (printed.isEmpty()) {
        printed = host.commands().apply(List.of(tool, "-p"));
      }
    }
    printed.stream()
        .flatMap(String::lines)
        .map(CACHED::matcher)
        .filter(Matcher::matches)
        // The others are those of 32 bits.
        .filter(m -> m.group(2).contains("x86-64") || m.group(2).contains("AArch64"))
        .forEach(m -> cache.putIfAbsent(m.group(1), host.at(m.group(3).strip())));
  }

  /** Installations of CUDA, whether or not there is anything in them. */
  List<Path> homes() {
    return homes;
  }

  /** Where the loader itself finds a library. */
  Optional<Path> byLoader(String library) {
    List<Path> places = new ArrayList<>();
    loaders.forEach(folder -> places.add(folder.resolve(library)));
    Path cached = cache.get(library);
    if (cached != null) {
      places.add(cached);
    }
    SYSTEM.forEach(folder -> places.add(host.at(folder).resolve(library)));
    return places.stream().filter(Libraries::isLibrary).findFirst();
  }

  /** Where a library is. */
  Optional<Path> find(String library) {
    return byLoader(library)
        .or(
            () ->
                others.stream()
                    .map(folder -> folder.resolve(library))
                    .filter(Libraries::isLibrary)
                    .findFirst());
  }

  /** The same library in another version, or something that bears its name and is none. */
  Optional<String> insteadOf(String library) {
    int end = library.indexOf(".so");
    if (end < 0 || library.indexOf('/') >= 0 || library.indexOf(' ') >= 0) {
      return Optional.empty();
    }
    String stem = library.substring(0, end + 3);
    List<Path> folders = new ArrayList<>(loaders);
    SYSTEM.forEach(folder -> folders.add(host.at(folder)));
    folders.addAll(others);
    List<Path> all = new ArrayList<>();
    folders.forEach(folder -> all.addAll(children(folder, Pattern.quote(stem) + "[.0-9]*")));
    cache.forEach(
        (name, file) -> {
          if (name.startsWith(stem)) {
            all.add(file);
          }
        });
    for (Path file : all) {
      if (String.valueOf(file.getFileName()).equals(library)) {
        return Optional.of(file + " is not a library");
      }
    }
    return all.stream()
        .filter(Libraries::isLibrary)
        .map(file -> "there is " + file + ", of another version")
        .findFirst();
  }

  /** The loader takes nothing else: not an empty file, a text, or a link that leads nowhere. */
  private static boolean isLibrary(Path file) {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] head = in.readNBytes(5);
      return head.length == 5
          && head[0] == 0x7f
          && head[1] == 'E'
          && head[2] == 'L'
          && head[3] == 'F'
          && head[4] == 2;
    } catch (IOException e) {
      return false;
    }
  }

  static List<Path> children(Path folder, String names) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(entry -> String.valueOf(entry.getFileName()).matches(names))
          .sorted()
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}
