package dev.fettle.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.tck.cases.OpsPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class OpsPageTest {

  @Test
  void isCurrent() throws IOException {
    Path page = Path.of(System.getProperty("fettle.root", ".."), "docs", "contributing", "ops.md");
    if (Boolean.getBoolean("fettle.render")) {
      Files.writeString(page, OpsPage.render());
    }
    assertThat(page)
        .as("write it again: mvn -pl backend-tck -am test -Dtest=OpsPageTest -Dfettle.render=true")
        .hasContent(OpsPage.render());
  }
}
