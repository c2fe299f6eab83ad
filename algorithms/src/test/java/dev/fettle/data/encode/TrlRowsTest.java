package dev.fettle.data.encode;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fettle.data.Example;
import dev.fettle.data.batch.BatchOptions;
import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.batch.Order;
import dev.fettle.data.pack.Packing;
import dev.fettle.data.pack.PackingOptions;
import dev.fettle.data.pack.RowPlan;
import dev.fettle.data.read.DataFiles;
import dev.fettle.data.read.Row;
import dev.fettle.data.read.RowReader;
import dev.fettle.tokenizer.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** The rows TRL 1.13 trained on in golden/trl, against ours made from the same text. */
@TestInstance(Lifecycle.PER_CLASS)
class TrlRowsTest {

  private static final int MAX_LENGTH = 256;

  private Path shared;
  private Tokenizer tokenizer;

  @BeforeAll
  void open() {
    shared = Path.of(System.getProperty("fettle.shared", "../shared")).resolve("data");
    // As transformers 5 rebuilds and saves the model's tokenizer, which is what TRL used.
    Path model = shared.resolve("golden/trl/reward-init");
    Assumptions.assumeTrue(Files.isDirectory(model), () -> "no shared data at " + shared);
    tokenizer = Tokenizer.load(model);
  }

  @AfterAll
  void close() {
    if (tokenizer != null) {
      tokenizer.close();
    }
  }

  private Path rows(String name) {
    return shared.resolve("golden/trl/" + name + ".rows.jsonl.gz");
  }

  private List<Row> read(String name) {
    List<Row> rows = new ArrayList<>();
    try (RowReader reader = RowReader.open(rows(name))) {
      for (Optional<Row> row = reader.next(); row.isPresent(); row = reader.next()) {
        rows.add(row.get());
      }
    }
    return rows;
  }

  private List<Example> examples(String name, EncodingOptions options) {
    return DatasetLoader.of(new TextRows(Optional.of(tokenizer), LossOn.AUTO), options)
        .load(List.of(rows(name)))
        .examples();
  }

  private static List<Integer> integers(JsonNode array) {
    List<Integer> values = new ArrayList<>();
    array.forEach(v -> values.add(v.intValue()));
    return values;
  }

  private static List<Integer> mask(Example example) {
    List<Integer> values = new ArrayList<>();
    for (byte m : example.targetMask()) {
      values.add((int) m);
    }
    return values;
  }

  @Test
  void languageModellingRowsEqualTrl() {
    List<Row> golden = read("sft-tinystories");
    List<Example> ours =
        examples("sft-tinystories", EncodingOptions.of(MAX_LENGTH).withFormat(TextRows.TEXT));
    assertThat(ours).hasSameSizeAs(golden).hasSize(424);
    for (int i = 0; i < ours.size(); i++) {
      JsonNode row = golden.get(i).fields();
      assertThat(ours.get(i).ids())
          .as("row %d", i)
          .isEqualTo(integers(row.get("input_ids")).stream().mapToInt(v -> v).toArray());
      assertThat(mask(ours.get(i))).as("row %d", i).isEqualTo(integers(row.get("loss_mask")));
    }
  }

  /**
   * TRL counts the tokens of the prompt alone, so its mask is off by the token that straddles the
   * boundary.
   */
  @Test
  void completionRowsEqualTrlExceptWhereATokenStraddlesTheBoundary() {
    List<Row> golden = read("sft-dolly");
    List<Example> ours =
        examples(
            "sft-dolly", EncodingOptions.of(MAX_LENGTH).withFormat(TextRows.PROMPT_COMPLETION));
    assertThat(ours).hasSameSizeAs(golden).hasSize(421);
    int straddling = 0;
    int differing = 0;
    for (int i = 0; i < ours.size(); i++) {
      JsonNode row = golden.get(i).fields();
      assertThat(ours.get(i).ids())
          .as("row %d", i)
          .isEqualTo(integers(row.get("input_ids")).stream().mapToInt(v -> v).toArray());
      boolean equal = mask(ours.get(i)).equals(integers(row.get("loss_mask")));
      boolean straddles = straddles(row.get("prompt").asText(), row.get("completion").asText());
      straddling += straddles ? 1 : 0;
      differing += equal ? 0 : 1;
      assertThat(equal || straddles).as("row %d differs for no reason", i).isTrue();
    }
    System.out.printf(
        "sft-dolly: %d of %d rows have a token across the boundary; the masks of %d differ%n",
        straddling, ours.size(), differing);
  }

  /** Whether the prompt alone is encoded otherwise than as part of the whole. */
  private boolean straddles(String prompt, String completion) {
    int[] alone = tokenizer.encode(prompt, true).ids();
    int[] whole = tokenizer.encode(prompt + completion, true).ids();
    int same = Arrays.mismatch(alone, whole);
    return same >= 0 && same < alone.length;
  }

  @Test
  void preTokenisedRowsEqualTrl() {
    List<Row> golden = read("sft-dolly");
    List<Example> ours = examples("sft-dolly", EncodingOptions.of(MAX_LENGTH));
    for (int i = 0; i < ours.size(); i++) {
      assertThat(mask(ours.get(i))).isEqualTo(integers(golden.get(i).fields().get("loss_mask")));
    }
  }

  /** TRL's running token count, read in its trajectory, fixes which rows form which step. */
  @Test
  void stepsHoldTheTokensTrlCounted() throws Exception {
    for (String name : List.of("sft-tinystories", "sft-dolly")) {
      JsonNode run =
          DataFiles.JSON.readTree(shared.resolve("golden/trl/" + name + ".json").toFile());
      int micro = run.get("per_device_batch").intValue();
      int batch = micro * run.get("gradient_accumulation").intValue();
      PackingOptions layout = PackingOptions.of(Packing.NONE, MAX_LENGTH);
      RowPlan plan = RowPlan.of(examples(name, EncodingOptions.of(layout.exampleLength())), layout);
      try (BatchSource<MicroBatch> source =
          BatchSource.of(plan, BatchOptions.of(batch, micro, Order.inOrder()))) {
        long tokens = 0;
        for (JsonNode step : run.get("trajectory")) {
          tokens += source.next().orElseThrow().tokens();
          assertThat(tokens)
              .as("%s step %s", name, step.get("step"))
              .isEqualTo(step.get("num_tokens").asLong());
        }
      }
    }
  }

  @Test
  void dollyIsTokenisedAndPackedInSeconds() {
    Path dolly = shared.resolve("datasets/dolly15k/dolly.dev.jsonl.gz");
    Tokenizer gpt2 = Tokenizer.load(shared.resolve("tokenizers/gpt2"));
    long start = System.nanoTime();
    PackingOptions layout = PackingOptions.of(Packing.BFD, 512);
    Dataset<Example> data =
        DatasetLoader.of(
                new TextRows(Optional.of(gpt2), LossOn.AUTO),
                EncodingOptions.of(layout.exampleLength()))
            .load(List.of(dolly));
    RowPlan plan = RowPlan.of(data.examples(), layout);
    double seconds = (System.nanoTime() - start) / 1e9;
    gpt2.close();
    System.out.printf(
        "dolly: %s; %,d rows of 512, %.2f%% full, in %.1f s%n",
        data.report().summary(), plan.size(), 100 * plan.density(), seconds);
    assertThat(data.report().rows()).isEqualTo(13_139);
    assertThat(plan.density()).isGreaterThan(0.98);
  }
}
