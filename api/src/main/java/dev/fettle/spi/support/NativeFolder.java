package dev.fettle.spi.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Native libraries out of a jar, unpacked once for this user and kept: a library that unpacks
 * itself into a temporary folder leaves its megabytes behind each time its process is killed.
 *
 * <p>The cache is the folder that the system property {@code fettle.natives} or the environment
 * variable {@code FETTLE_NATIVES} names (empty: no cache), else {@code fettle/natives} where the
 * system keeps a user's caches. It belongs to that user alone: a folder that others could have
 * written to is not used.
 */
public final class NativeFolder {
  private static final String PROPERTY = "fettle.natives";
  private static final String VARIABLE = "FETTLE_NATIVES";
  private static final String UNFINISHED = ".unpacking-";
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  private final Path cache;

  NativeFolder(Path cache) {
    this.cache = cache;
  }

  /** The cache of this user, or nothing where it is switched off or there is no place for one. */
  public static Optional<NativeFolder> ofThisUser() {
    String named = System.getProperty(PROPERTY, System.getenv(VARIABLE));
    try {
      if (named != null) {
        return named.isBlank()
            ? Optional.empty()
            : Optional.of(new NativeFolder(Path.of(named).toAbsolutePath()));
      }
      return usual().map(NativeFolder::new);
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private static Optional<Path> usual() {
    String home = System.getProperty("user.home", "");
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    @Nullable String caches;
    if (os.contains("win")) {
      caches = System.getenv("LOCALAPPDATA");
    } else if (os.contains("mac")) {
      caches = home + "/Library/Caches";
    } else {
      String named = System.getenv("XDG_CACHE_HOME");
      caches = named == null || named.isBlank() ? home + "/.cache" : named;
    }
    boolean nowhere = caches == null || home.isBlank() || home.equals("?") || home.equals("/");
    return nowhere ? Optional.empty() : Optional.of(Path.of(caches, "fettle", "natives"));
  }

  /**
   * The folder that holds these libraries, made now if need be. Many processes may ask at once: a
   * folder appears whole or not at all.
   *
   * @param name of the library, its version and platform
   * @param libraries what to unpack, by file name
   * @return nothing where the cache cannot be written, or others could have written to it
   */
  public Optional<Path> unpack(String name, Map<String, URL> libraries) {
    try {
      SortedMap<String, Stamp> stamps = new TreeMap<>();
      for (Map.Entry<String, URL> library : libraries.entrySet()) {
        stamps.put(library.getKey(), Stamp.of(library.getValue()));
      }
      Path folder = cache.resolve(name + "-" + fingerprint(stamps));
      if (!isWhole(folder, stamps)) {
        make(folder, libraries);
      }
      return isWhole(folder, stamps) && isOurs(folder) ? Optional.of(folder) : Optional.empty();
    } catch (IOException | UncheckedIOException | SecurityException e) {
      return Optional.empty();
    }
  }

  /** What tells one library from another without reading it: its size and its sum. */
  private record Stamp(long size, long crc) {

    static Stamp of(URL library) throws IOException {
      URLConnection connection = library.openConnection();
      if (connection instanceof JarURLConnection jar) {
        return new Stamp(jar.getJarEntry().getSize(), jar.getJarEntry().getCrc());
      }
      CRC32 crc = new CRC32();
      long size = 0;
      try (InputStream in = connection.getInputStream()) {
        byte[] buffer = new byte[1 << 16];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          crc.update(buffer, 0, n);
          size += n;
        }
      }
      return new Stamp(size, crc.getValue());
    }
  }

  private static String fingerprint(SortedMap<String, Stamp> stamps) {
    CRC32 crc = new CRC32();
    crc.update(stamps.toString().getBytes(StandardCharsets.UTF_8));
    long size = stamps.values().stream().mapToLong(Stamp::size).sum();
    return "%x%08x".formatted(size, crc.getValue());
  }

  private static boolean isWhole(Path folder, SortedMap<String, Stamp> stamps) throws IOException {
    for (Map.Entry<String, Stamp> stamp : stamps.entrySet()) {
      Path file = folder.resolve(stamp.getKey());
      if (!Files.isRegularFile(file) || Files.size(file) != stamp.getValue().size()) {
        return false;
      }
    }
    return true;
  }

  /** Whether nobody but this user and the system could have put something else there. */
  private static boolean isOurs(Path folder) throws IOException {
    // The folder itself and what lies in it.
    try (Stream<Path> all = Files.walk(folder, 1)) {
      for (Path path : all.toList()) {
        PosixFileAttributeView view =
            Files.getFileAttributeView(path, PosixFileAttributeView.class);
        if (view != null && !isOurs(view.readAttributes())) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean isOurs(PosixFileAttributes file) {
    String owner = file.owner().getName();
    boolean trusted =
        owner.equals(System.getProperty("user.name")) || owner.equals("root") || owner.equals("0");
    return trusted
        && !file.permissions().contains(PosixFilePermission.GROUP_WRITE)
        && !file.permissions().contains(PosixFilePermission.OTHERS_WRITE);
  }

  private void make(Path folder, Map<String, URL> libraries) throws IOException {
    Files.createDirectories(cache);
    clearUnfinished();
    Path unfinished =
        Files.createTempDirectory(cache, UNFINISHED + ProcessHandle.current().pid() + "-");
    try {
      for (Map.Entry<String, URL> library : libraries.entrySet()) {
        copy(library.getValue(), unfinished.resolve(library.getKey()));
      }
      restrict(unfinished);
      place(unfinished, folder);
    } finally {
      Leftovers.delete(unfinished);
    }
  }

  private static void copy(URL from, Path to) throws IOException {
    try (InputStream in = from.openStream()) {
      Files.copy(in, to);
    }
    restrict(to);
    // Else a crash of the machine could leave a folder of the right name with empty files.
    try (FileChannel channel = FileChannel.open(to, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  private static void restrict(Path path) throws IOException {
    if (Files.getFileAttributeView(path, PosixFileAttributeView.class) != null) {
      Files.setPosixFilePermissions(path, OWNER_ONLY);
    }
  }

  /** Another process may have been faster: then its folder stays. A damaged one makes room. */
  private void place(Path unfinished, Path folder) throws IOException {
    for (int attempt = 0; attempt < 2; attempt++) {
      try {
        Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
        return;
      } catch (FileSystemException e) {
        if (attempt > 0 || !Files.exists(folder) || sameSizes(unfinished, folder)) {
          return;
        }
        Path damaged =
            Files.createTempDirectory(cache, UNFINISHED + ProcessHandle.current().pid() + "-");
        Files.move(folder, damaged.resolve("damaged"), StandardCopyOption.ATOMIC_MOVE);
        Leftovers.delete(damaged);
      }
    }
  }

  private static boolean sameSizes(Path a, Path b) throws IOException {
    try (Stream<Path> files = Files.list(a)) {
      for (Path file : files.toList()) {
        Path other = b.resolve(String.valueOf(file.getFileName()));
        if (!Files.isRegularFile(other) || Files.size(other) != Files.size(file)) {
          return false;
        }
      }
    }
    return true;
  }

  /** What processes that were killed while they unpacked have left. */
  private void clearUnfinished() throws IOException {
    try (Stream<Path> files = Files.list(cache)) {
      files
          .filter(file -> String.valueOf(file.getFileName()).startsWith(UNFINISHED))
          .filter(NativeFolder::isOfADeadProcess)
          .forEach(Leftovers::delete);
    }
  }

  private static boolean isOfADeadProcess(Path unfinished) {
    String[] parts = String.valueOf(unfinished.getFileName()).split("-", 3);
    try {
      return ProcessHandle.of(Long.parseLong(parts[1])).isEmpty() && Leftovers.isOld(unfinished);
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
