package dev.fettle.example.plain;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Puts this build's modules into a local Maven repository, as {@code install} does. */
record InstalledJars(Path root, Path repository) {
  private static final Pattern JAR = Pattern.compile("fettle-([a-z-]+?)-(\\d.*)\\.jar");
  private static final Pattern CLASSES = Pattern.compile("/([a-z-]+)/target/(?:fast/)?classes/?$");
  private static final Pattern MODULE = Pattern.compile("<fettle.module>(.*)</fettle.module>");

  static String version(Path root) throws IOException {
    Matcher version =
        Pattern.compile("<version>([^<$]*)</version>")
            .matcher(Files.readString(root.resolve("bom/pom.xml")));
    if (!version.find()) {
      throw new IllegalStateException("the BOM has no version");
    }
    return version.group(1);
  }

  /** Installs the parent, the BOM, and all modules that are on this class path. */
  void install() throws IOException {
    String version = version(root);
    Files.copy(root.resolve("pom.xml"), place("fettle-parent", version, "pom"));
    Files.copy(root.resolve("bom/pom.xml"), place("fettle-bom", version, "pom"));
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path path = Path.of(entry);
      Matcher jar = JAR.matcher(path.getFileName().toString());
      Matcher classes = CLASSES.matcher(path.toString().replace('\\', '/'));
      if (jar.matches()) {
        pom(jar.group(1), version);
        Files.copy(path, place("fettle-" + jar.group(1), version, "jar"));
      } else if (classes.find() && Files.exists(root.resolve(classes.group(1) + "/pom.xml"))) {
        // A fast build tests before it packs.
        pom(classes.group(1), version);
        pack(path, classes.group(1), place("fettle-" + classes.group(1), version, "jar"));
      }
    }
  }

  private void pom(String module, String version) throws IOException {
    Files.copy(root.resolve(module).resolve("pom.xml"), place("fettle-" + module, version, "pom"));
  }

  private Path place(String artifact, String version, String type) throws IOException {
    Path folder = repository.resolve("dev/fettle").resolve(artifact).resolve(version);
    Files.createDirectories(folder);
    return folder.resolve(artifact + "-" + version + "." + type);
  }

  private void pack(Path classes, String module, Path jar) throws IOException {
    Matcher name = MODULE.matcher(Files.readString(root.resolve(module).resolve("pom.xml")));
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    if (name.find()) {
      manifest.getMainAttributes().putValue("Automatic-Module-Name", name.group(1));
    }
    List<Path> files;
    try (Stream<Path> all = Files.walk(classes)) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out, manifest)) {
      for (Path file : files) {
        entries.putNextEntry(new JarEntry(classes.relativize(file).toString().replace('\\', '/')));
        Files.copy(file, entries);
        entries.closeEntry();
      }
    }
  }
}
