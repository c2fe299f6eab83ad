package dev.fettle.example.plain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Code in the Java guide is a part of the examples, which the build compiles and runs. */
class JavaGuideTest {
  private static final Path ROOT = Path.of(System.getProperty("fettle.root", "../.."));
  private static final Path GUIDE = ROOT.resolve("docs/java.md");
  private static final Pattern BLOCK =
      Pattern.compile("(?m)^(?:<!-- from (\\S+)#(\\S+) -->\n)?```(java|xml)\n((?s).*?)^```$");

  @Test
  void everyBlockIsWhatTheExamplesSay() throws IOException {
    Matcher block = BLOCK.matcher(Files.readString(GUIDE));
    StringBuilder page = new StringBuilder();
    int blocks = 0;
    while (block.find()) {
      assertThat(block.group(1)).as("where this comes from:\n%s", block.group(4)).isNotNull();
      String part = part(ROOT.resolve(block.group(1)), block.group(2));
      String wanted =
          "<!-- from %s#%s -->\n```%s\n%s```"
              .formatted(block.group(1), block.group(2), block.group(3), part);
      block.appendReplacement(page, Matcher.quoteReplacement(wanted));
      blocks++;
    }
    block.appendTail(page);
    assertThat(blocks).isGreaterThan(10);
    if (Boolean.getBoolean("fettle.render")) {
      Files.writeString(GUIDE, page);
    }
    assertThat(Files.readString(GUIDE))
        .as(
            "write it again: mvn -pl examples/plain-java -am test -Dtest=JavaGuideTest"
                + " -Dfettle.render=true")
        .isEqualTo(page.toString());
  }

  /** The lines between the marks, without what all of them are indented by. */
  private static String part(Path file, String name) throws IOException {
    Pattern marked =
        Pattern.compile("docs:begin " + Pattern.quote(name) + "\\b.*\n((?s).*?)\n[^\n]*docs:end");
    Matcher part = marked.matcher(Files.readString(file));
    assertThat(part.find()).as("part %s of %s", name, file).isTrue();
    String text =
        part.group(1)
            .replaceFirst("(?m)^\\s*\"\"\"\n", "")
            .replaceFirst("\n\\s*\"\"\"\\)?;\\s*$", "");
    return text.stripIndent() + "\n";
  }
}
