package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code ./mvnw} on a machine that has a JDK, curl or wget, and the basic tools of any Unix: a PATH
 * of links to those alone, and a server on this machine that has a small archive to offer.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "mvnw is for Unix; Windows has mvnw.cmd")
class WrapperTest {

  /** What mvnw and Maven's own script call, all of it in coreutils and in busybox. */
  private static final List<String> BASIC =
      List.of(
          "basename",
          "cat",
          "chmod",
          "dirname",
          "expr",
          "ls",
          "mkdir",
          "mktemp",
          "mv",
          "pwd",
          "readlink",
          "rm",
          "tr",
          "uname",
          "sh");

  @TempDir Path folder;
  private HttpServer server;
  private byte[] archive;

  @BeforeEach
  void offerAnArchive() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("apache-maven-9.9.9/"));
      zip.putNextEntry(new ZipEntry("apache-maven-9.9.9/bin/"));
      zip.putNextEntry(new ZipEntry("apache-maven-9.9.9/bin/mvn"));
      zip.write("#!/bin/sh\necho \"maven runs: $*\"\n".getBytes(StandardCharsets.UTF_8));
    }
    archive = bytes.toByteArray();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          boolean known = exchange.getRequestURI().getPath().endsWith("-bin.zip");
          exchange.sendResponseHeaders(known ? 200 : 404, known ? archive.length : -1);
          if (known) {
            exchange.getResponseBody().write(archive);
          }
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void project(String checksum) throws IOException {
    Path root = Path.of(System.getProperty("fettle.root"));
    Files.createDirectories(folder.resolve(".mvn/wrapper"));
    Files.copy(root.resolve("mvnw"), folder.resolve("mvnw"));
    String url =
        "http://localhost:"
            + server.getAddress().getPort()
            + "/org/apache/maven/apache-maven/9.9.9/apache-maven-9.9.9-bin.zip";
    Files.writeString(
        folder.resolve(".mvn/wrapper/maven-wrapper.properties"),
        "distributionUrl=" + url + "\ndistributionSha256Sum=" + checksum + "\n");
  }

  private String checksum() throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(archive));
  }

  /** Runs mvnw with a PATH of links to these tools; exit code, then what it wrote. */
  private String run(List<String> tools, boolean javaHome) throws Exception {
    Path bin = Files.createDirectory(folder.resolve("bin"));
    for (String tool : tools) {
      Path found = find(tool);
      if (found != null) {
        Files.createSymbolicLink(bin.resolve(tool), found);
      }
    }
    ProcessBuilder process = new ProcessBuilder("/bin/sh", "mvnw", "-v", "one two");
    process.directory(folder.toFile()).redirectErrorStream(true);
    process.environment().clear();
    process.environment().put("PATH", bin.toString());
    process.environment().put("HOME", folder.toString());
    process.environment().put("MAVEN_USER_HOME", folder.resolve("m2").toString());
    if (javaHome) {
      process.environment().put("JAVA_HOME", System.getProperty("java.home"));
    }
    Process started = process.start();
    String output = new String(started.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(started.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return started.exitValue() + ": " + output;
  }

  private static @Nullable Path find(String tool) {
    Path jdk = Path.of(System.getProperty("java.home"), "bin", tool);
    return Stream.concat(
            Stream.of(jdk),
            Stream.of("/usr/bin", "/bin", "/usr/local/bin", "/opt/homebrew/bin")
                .map(place -> Path.of(place, tool)))
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(null);
  }

  private static List<String> with(List<String> more) {
    List<String> tools = new ArrayList<>(BASIC);
    tools.addAll(more);
    return tools;
  }

  @ParameterizedTest
  @CsvSource({
    "curl sha256sum, true",
    "wget sha256sum, true",
    "curl, true",
    "wget shasum perl, true",
    "curl java javac jar, false",
    "curl sha256sum unzip, false",
    "java javac jar, false",
  })
  void needsAJdkAndCurlOrWget(String tools, boolean javaHome) throws Exception {
    List<String> wanted = List.of(tools.split(" ", -1));
    for (String tool : wanted) {
      Assumptions.assumeTrue(find(tool) != null, "skipped: this machine has no " + tool);
    }
    project(checksum());
    assertThat(run(with(wanted), javaHome)).isEqualTo("0: maven runs: -v one two\n");
    assertThat(folder.resolve("m2/wrapper/dists/apache-maven-9.9.9"))
        .isDirectoryContaining(f -> true);
  }

  @ParameterizedTest
  @CsvSource({"curl sha256sum", "curl"})
  void refusesAnotherArchive(String tools) throws Exception {
    project(checksum().replaceFirst("^.", checksum().startsWith("0") ? "1" : "0"));
    assertThat(run(with(List.of(tools.split(" ", -1))), true))
        .startsWith("1: ")
        .contains("Failed to validate Maven distribution SHA-256");
    assertThat(folder.resolve("m2/wrapper/dists/apache-maven-9.9.9")).isEmptyDirectory();
  }

  @Test
  void saysWhatIsMissing() throws Exception {
    project(checksum());
    assertThat(run(with(List.of("curl", "sha256sum")), false))
        .isEqualTo(
            "1: nothing here unpacks a .zip: install a JDK (its jar tool is enough) and point"
                + " JAVA_HOME at it, or install unzip\n");
  }
}
