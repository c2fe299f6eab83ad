package dev.fettle.harness.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.feedback.Constitution;
import dev.fettle.feedback.Principle;
import dev.fettle.harness.audit.AuditLimits;
import dev.fettle.harness.feedback.LabelConfig;
import dev.fettle.harness.feedback.ReviseConfig;
import dev.fettle.reward.RewardKeys;
import dev.fettle.settings.KeyPage;
import dev.fettle.settings.Stages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The tables of keys in the documentation are those of the code; the prose around them is kept. */
class ConfigPageTest {
  private static final Path DOCS = Path.of(System.getProperty("fettle.root", ".."), "docs");
  private static final String BEGIN = "<!-- rendered by ConfigPageTest: begin -->\n";
  private static final String END = "<!-- rendered by ConfigPageTest: end -->\n";

  private static void isCurrent(String page, String table) throws IOException {
    Path file = DOCS.resolve(page);
    String text = Files.readString(file);
    int begin = text.indexOf(BEGIN) + BEGIN.length();
    int end = text.indexOf(END);
    assertThat(end).as("the marks in " + page).isGreaterThanOrEqualTo(begin);
    String wanted = text.substring(0, begin) + "\n" + table + text.substring(end);
    if (Boolean.getBoolean("fettle.render")) {
      Files.writeString(file, wanted);
    }
    assertThat(Files.readString(file))
        .as("write it again: mvn -pl harness -am test -Dtest=ConfigPageTest -Dfettle.render=true")
        .isEqualTo(wanted);
  }

  @Test
  void everyKeyIsDocumented() throws IOException {
    isCurrent(
        "config.md",
        KeyPage.keys(RunTable.of(KnownAlgorithms.all())) + KeyPage.keys(Stages.documented()));
  }

  @Test
  void everyLimitOfAnAuditIsDocumented() throws IOException {
    isCurrent("audit.md", KeyPage.table(AuditLimits.KEYS));
  }

  @Test
  void everyRewardFunctionIsDocumented() throws IOException {
    isCurrent("reward.md", KeyPage.table(RewardKeys.entry()));
  }

  @Test
  void everyKeyOfFeedbackIsDocumented() throws IOException {
    isCurrent(
        "feedback.md",
        "`fettle feedback label`:\n\n"
            + KeyPage.table(LabelConfig.KEYS)
            + "`fettle feedback revise`:\n\n"
            + KeyPage.table(ReviseConfig.KEYS)
            + "A constitution:\n\n"
            + KeyPage.table(Constitution.KEYS)
            + "One of its `principles`:\n\n"
            + KeyPage.table(Principle.KEYS));
  }

  @Test
  void everyNameOfAnotherTrainerIsDocumented() throws IOException {
    isCurrent("from-trl.md", KeyPage.otherNames(RunTable.of(KnownAlgorithms.all())) + "\n");
  }
}
