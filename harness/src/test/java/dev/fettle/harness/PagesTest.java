package dev.fettle.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Links between pages lead somewhere, and each page can be reached from its folder's index. */
class PagesTest {
  private static final Path ROOT = Path.of(System.getProperty("fettle.root", ".."));
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s#]*)(#[^)\\s]*)?\\)");
  private static final Pattern CODE = Pattern.compile("(?s)```.*?```|`[^`\n]*`");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path page : pages()) {
      Matcher link = LINK.matcher(CODE.matcher(Files.readString(page)).replaceAll(""));
      while (link.find()) {
        if (!link.group(1).contains(":") && !leadsSomewhere(page, link.group(1), link.group(2))) {
          broken.add(ROOT.relativize(page) + ": " + link.group());
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  @Test
  void everyPageStandsInTheIndexOfItsFolder() throws IOException {
    for (String folder : List.of("docs", "docs/contributing")) {
      String index = Files.readString(ROOT.resolve(folder).resolve("README.md"));
      try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
        for (Path page : files.filter(PagesTest::isPage).toList()) {
          String name = page.getFileName().toString();
          if (!name.equals("README.md")) {
            assertThat(index).as("the index of " + folder).contains("](" + name + ")");
          }
        }
      }
    }
  }

  private static boolean leadsSomewhere(Path page, String target, String anchor)
      throws IOException {
    Path file = target.isEmpty() ? page : page.resolveSibling(target);
    if (!Files.exists(file)) {
      return false;
    }
    return anchor == null || anchors(Files.readString(file)).contains(anchor.substring(1));
  }

  /** Headings as GitHub turns them into anchors: lower case, spaces to hyphens, signs left out. */
  private static List<String> anchors(String text) {
    List<String> anchors = new ArrayList<>();
    Matcher heading = HEADING.matcher(text);
    while (heading.find()) {
      String plain = heading.group(1).strip().toLowerCase(Locale.ROOT);
      anchors.add(plain.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'));
    }
    return anchors;
  }

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    for (String folder :
        List.of("", "docs", "docs/contributing", "docs/adr", "benchmarks", "examples")) {
      try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
        pages.addAll(files.filter(PagesTest::isPage).toList());
      }
    }
    return pages;
  }

  private static boolean isPage(Path file) {
    return file.getFileName().toString().endsWith(".md");
  }
}
