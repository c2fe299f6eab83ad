package dev.fettle.example.plain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A Maven application outside this build, made from the example's sources and a POM of its own. It
 * gets Fettle from installed jars, with ONNX Runtime and no other backend, and nothing is
 * downloaded.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OutsideApplicationTest {
  private static final Path ROOT = Path.of(System.getProperty("fettle.root", "../.."));
  private static final long MOST_BYTES = 90L << 20;
  private static final String DEPENDENCY_PLUGIN =
      "org.apache.maven.plugins:maven-dependency-plugin:3.11.0:";

  private Path app;
  private List<Path> jars;

  @BeforeAll
  void build(@TempDir Path dir) throws Exception {
    String local = System.getProperty("fettle.local.repository", "");
    assumeTrue(!local.isEmpty(), "skipped: run it by Maven, which names its local repository");
    app = Files.createDirectories(dir.resolve("app"));
    new InstalledJars(ROOT, dir.resolve("repository")).install();
    copy(ROOT.resolve("examples/plain-java/src/main/java"), app.resolve("src/main/java"));
    Files.copy(ROOT.resolve("examples/plain-java/outside/pom.xml"), app.resolve("pom.xml"));
    boolean windows = File.separatorChar == '\\';
    run(
        ROOT.resolve(windows ? "mvnw.cmd" : "mvnw").toAbsolutePath().toString(),
        "-o",
        "-q",
        "-B",
        "-Dmaven.repo.local=" + dir.resolve("repository"),
        "-Dmaven.repo.local.tail=" + local,
        "compile",
        DEPENDENCY_PLUGIN + "build-classpath",
        "-Dmdep.outputFile=class.path");
    jars =
        Stream.of(Files.readString(app.resolve("class.path")).strip().split(File.pathSeparator))
            .map(Path::of)
            .toList();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
  }

  private String run(String... command) throws IOException, InterruptedException {
    Path out = Files.createTempFile(app, "out", ".txt");
    Process process =
        new ProcessBuilder(command)
            .directory(app.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    boolean over = process.waitFor(5, TimeUnit.MINUTES);
    process.destroyForcibly();
    String text = Files.readString(out);
    assertThat(over && process.exitValue() == 0)
        .as("%s said:\n%s", String.join(" ", command), text)
        .isTrue();
    return text;
  }

  private static String tool(String name) {
    return Path.of(System.getProperty("java.home"), "bin", name).toString();
  }

  private static String path(List<Path> entries) {
    return String.join(File.pathSeparator, entries.stream().map(Path::toString).toList());
  }

  private List<Path> withClasses(String folder) {
    List<Path> all = new ArrayList<>(jars);
    all.add(app.resolve(folder));
    return all;
  }

  @Test
  void theDependenciesAreSmallAndHoldOneBackend() throws IOException {
    List<String> names = jars.stream().map(j -> j.getFileName().toString()).sorted().toList();
    long bytes = 0;
    for (Path jar : jars) {
      bytes += Files.size(jar);
    }
    System.out.printf("%d jars, %.1f MB%n", jars.size(), bytes / 1e6);
    assertThat(bytes).as("bytes of %s", names).isLessThan(MOST_BYTES);
    assertThat(String.join(" ", names))
        .contains("fettle-harness", "fettle-backend-onnxruntime")
        .doesNotContain("tensorflow", "duckdb", "progressbar", "jline", "picocli", "slf4j-simple");
  }

  @Test
  void itTrainsStopsResumesAndStreamsAChat() throws Exception {
    String text =
        run(tool("java"), "-cp", path(withClasses("target/classes")), Main.class.getName(), "work");
    assertThat(text)
        .contains("STOPPED after step 25 of 60")
        .contains("steps 25 to 60, loss")
        .contains("FINISHED");
    Questions.all()
        .forEach((question, answer) -> assertThat(text).contains(question + " " + answer));
  }

  @Test
  void aModularApplicationNamesTheModules() throws Exception {
    Path sources = app.resolve("src/modular");
    copy(app.resolve("src/main/java"), sources);
    Files.writeString(
        sources.resolve("module-info.java"),
        // docs:begin module-info
        """
        module com.example.answers {
          requires dev.fettle.harness;
          requires dev.fettle.algorithms;
          requires dev.fettle.models;
          requires dev.fettle.tokenizer;
          requires org.jspecify;
        }
        """);
    // docs:end
    List<String> compile =
        new ArrayList<>(
            List.of(tool("javac"), "--release", "17", "-d", "target/modular", "-p", path(jars)));
    try (Stream<Path> files = Files.walk(sources)) {
      files.filter(f -> f.toString().endsWith(".java")).forEach(f -> compile.add(f.toString()));
    }
    run(compile.toArray(String[]::new));
    String text =
        run(
            tool("java"),
            "-p",
            path(withClasses("target/modular")),
            "--add-modules",
            "ALL-MODULE-PATH",
            "-m",
            "com.example.answers/" + Main.class.getName(),
            "modular-work");
    assertThat(text).contains("STOPPED after step 25 of 60", "FINISHED", "The door is green.");
  }
}
