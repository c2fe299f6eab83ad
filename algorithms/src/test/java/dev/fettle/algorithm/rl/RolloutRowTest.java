package dev.fettle.algorithm.rl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.algorithm.rl.RolloutRow.Worth;
import dev.fettle.data.read.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RolloutRowTest {
  @TempDir private Path run;

  private static ObjectNode row(String prompt, int sample) {
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    row.put("prompt", prompt).put("completion", "yes").put("index", 4).put("sample", sample);
    row.put("stopped", true).put("length", 3);
    return row;
  }

  @Test
  void whatARunWroteIsRead() {
    ObjectNode first = row("who?", 0).put("reward", 1.5).put("kl", 0.25).put("judge", 1.0);
    first.put("value", 0.5).put("advantage", -0.75).putObject("rewards").put("number", 1.5);
    ObjectNode second = row("who?", 1).putNull("reward").put("advantage", 0.0);
    second.putObject("rewards").putNull("number");
    RolloutTable.write(run, 12, List.of(first, second));
    List<RolloutRow> rows = RolloutRow.read(run, 12);
    Worth worth =
        new Worth(
            1.5,
            Map.of("number", 1.5),
            OptionalDouble.of(1),
            OptionalDouble.of(0.25),
            OptionalDouble.of(0.5),
            -0.75);
    assertThat(rows.get(0)).isEqualTo(new RolloutRow(4, 0, "who?", "yes", true, 3, worth));
    assertThat(rows.get(1).worth().reward()).isNaN();
    assertThat(rows.get(1).worth().rewards().get("number")).isNaN();
    assertThat(rows.get(1).worth().kl()).isEmpty();
  }

  @Test
  void whatIsNotThereOrForeignIsToldSo() throws IOException {
    assertThatThrownBy(() -> RolloutRow.read(run, 3))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("000003.jsonl is not there: the run has made no such rollout");
    Path file = run.resolve("rollouts/000003.jsonl");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "{\"prompt\": \"a\"}\n");
    assertThatThrownBy(() -> RolloutRow.read(run, 3))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("is no answer that a run wrote");
    Files.writeString(file, "{\"prompt\": ");
    assertThatThrownBy(() -> RolloutRow.read(run, 3)).hasMessageContaining("is damaged");
  }
}
