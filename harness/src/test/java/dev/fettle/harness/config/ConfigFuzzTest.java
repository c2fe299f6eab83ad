package dev.fettle.harness.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.algorithm.sft.SftSettings;
import dev.fettle.settings.ConfigException;
import dev.fettle.spi.Device;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a file or an override says, it is read or refused with the declared exception. */
class ConfigFuzzTest {
  private static final long SEED = Long.getLong("fettle.seed", System.nanoTime());
  private static final int ROUNDS = Integer.getInteger("fettle.rounds", 400);

  private static final String YAML =
      """
      run: { name: first, seed: 17, out: runs }
      backend: { id: reference, device: cpu, threads: 2, options: {a: b} }
      model: { path: my-model, precision: bf16, recompute: blocks, adapter: {rank: 4, targets: [q]} }
      algorithm: { type: sft, lossOn: all }
      data:
        train: rows.jsonl
        eval: [rows.jsonl]
        columns: { text: story }
        template: { withoutInput: "{instruction}" }
        maxLength: 64
        packing: false
        chatTemplate: chatml
      optimizer:
        type: adamw
        learningRate: 1e-6
        betas: [0.9, 0.95]
        schedule: { type: cosine, warmupSteps: 10 }
      train: { steps: 200, batchSize: 32, microBatchSize: 4, evalEvery: 50 }
      track: [console, jsonl, tensorboard]
      """;

  private static final String JSON =
      """
      {"run": {"name": "first", "seed": 17, "out": "runs"},
       "model": {"path": "my-model", "adapter": {"type": "lora", "alpha": 16.0}},
       "algorithm": {"type": "sft", "lossOn": "all"},
       "data": {"train": ["rows.jsonl"], "eval": "rows.jsonl", "maxLength": 64},
       "optimizer": {"type": "sgd", "learningRate": 1e-6, "schedule": {"type": "linear"}},
       "train": {"steps": 2, "batchSize": 3}, "track": ["console"]}
      """;

  /** What parsers, numbers and paths are known to stumble over. */
  private static final List<String> BITS =
      List.of(
          "\0",
          "\\0",
          "\\u0000",
          "\uFEFF",
          "\t",
          "\r",
          "\u2028",
          "\uD800",
          "~",
          "~/",
          "/",
          "//",
          "..",
          ":",
          ": ",
          "- ",
          "? ",
          "&a ",
          "*a",
          "*",
          "<<: *a",
          "!!int ",
          "!!float ",
          "!!binary ",
          "!!timestamp ",
          "!!set ",
          "!x ",
          "!<tag:x> ",
          "|\n",
          ">-\n",
          "%YAML 9.9\n",
          "%TAG ! x\n",
          "---\n",
          "...\n",
          "{",
          "}",
          "[",
          "]",
          ",",
          "\"",
          "'",
          "#",
          "\\",
          "0x",
          "0x1F",
          "0b1",
          "0o7",
          "010",
          "1_000",
          "_",
          "1__0",
          ".",
          ".inf",
          "-.INF",
          ".nan",
          "1e999",
          "-1e999",
          "1e-999",
          "99999999999999999999999999",
          "-0",
          "+",
          "1:30:45",
          "190:20:30.15",
          "=",
          "null",
          "true",
          "[[[[[[[[[[[[",
          "{a: {a: {a: ",
          "x".repeat(5000),
          "9".repeat(2000),
          "gpu:99999999999");

  @TempDir private Path dir;

  @BeforeEach
  void makeWhatIsNamed() throws IOException {
    Files.createDirectories(dir.resolve("my-model"));
    Files.writeString(dir.resolve("rows.jsonl"), "{}\n");
  }

  private static String changed(String text, Random random) {
    StringBuilder out = new StringBuilder(text);
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(Math.max(1, out.length()));
      int to = Math.min(out.length(), at + random.nextInt(12));
      switch (random.nextInt(6)) {
        case 0 -> out.delete(at, to);
        case 1 -> out.insert(at, out.substring(at, to));
        case 2 -> out.insert(at, (char) random.nextInt(random.nextBoolean() ? 128 : 0x10000));
        case 3 -> out.setLength(at);
        default -> out.insert(at, BITS.get(random.nextInt(BITS.size())));
      }
    }
    return out.toString();
  }

  @Test
  void nothingElseIsThrown() throws IOException {
    Random random = new Random(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      boolean json = random.nextInt(4) == 0;
      String text = random.nextInt(8) == 0 ? YAML : changed(json ? JSON : YAML, random);
      List<String> overrides = new ArrayList<>();
      if (random.nextInt(3) == 0) {
        overrides.add(changed("optimizer.betas=[0.9, 0.95]", random));
        overrides.add(changed("run.out=../runs", random));
      }
      Path file = dir.resolve(json ? "run.json" : "run.yaml");
      Files.write(file, text.getBytes(StandardCharsets.UTF_8));
      try {
        RunConfig config = ConfigReader.read(file, overrides);
        Files.writeString(file, ConfigWriter.yaml(config));
        Path again = Files.writeString(dir.resolve("again.yaml"), ConfigWriter.yaml(config));
        assertThat(ConfigReader.read(again)).isEqualTo(config);
      } catch (ConfigException e) {
        assertThat(e.problems()).isNotEmpty();
      } catch (RuntimeException | StackOverflowError | AssertionError e) {
        throw new AssertionError(
            "round "
                + round
                + " of -Dfettle.seed="
                + SEED
                + " -Dtest=ConfigFuzzTest, overrides "
                + overrides
                + ", file:\n"
                + text,
            e);
      }
    }
  }

  private static final List<String> KEYS =
      List.of(
          ("run run.name run.seed run.out backend.id backend.device backend.threads "
                  + "backend.options model.path model.init model.precision model.adapter "
                  + "model.adapter.path model.adapter.rank model.adapter.targets model.adapter.rslora "
                  + "algorithm algorithm.type algorithm.lossOn data.train data.eval data.format "
                  + "data.columns data.template data.template.withInput data.maxLength data.packing "
                  + "data.shuffle data.chatTemplate optimizer optimizer.type optimizer.betas "
                  + "optimizer.momentum optimizer.learningRate optimizer.schedule optimizer.schedule.type "
                  + "optimizer.schedule.warmupRatio train.steps train.epochs train.batchSize "
                  + "train.microBatchSize track . .. a.b.c run.name.x \0")
              .split(" ", -1));

  private static Object value(Random random) {
    List<Object> values =
        List.of(
            "",
            " ",
            "\0",
            "x",
            "a/b",
            "true",
            "1e5",
            "NaN",
            "9".repeat(400),
            "gpu:9",
            "sgd",
            "lora",
            true,
            false,
            0,
            1,
            -1,
            3_000_000_000L,
            Long.MIN_VALUE,
            0.5,
            1e300,
            Double.NaN,
            Float.POSITIVE_INFINITY,
            new BigDecimal("1e400"),
            BigInteger.TEN.pow(50),
            'c',
            List.of(),
            List.of("x", 1),
            List.of(0.9, 0.95),
            Arrays.asList("x", null),
            List.of(List.of()),
            Map.of(),
            Map.of("a", "b"),
            Map.of("type", "sgd"),
            Map.of(1, List.of()),
            Optional.empty(),
            Optional.of(Optional.of(1)),
            new int[] {1, 2},
            new Object[] {null},
            new Object(),
            Track.JSONL,
            Path.of("rows.jsonl"),
            SEED,
            SftSettings.DEFAULT,
            OptimizerSettings.DEFAULT,
            TrainSettings.DEFAULT,
            Device.CPU);
    return values.get(random.nextInt(values.size()));
  }

  @Test
  void nothingElseIsThrownForValuesOfAProgram() {
    Random random = new Random(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      RunConfig.Builder builder =
          RunConfig.builder()
              .set("model.path", dir.resolve("my-model"))
              .set("data.train", dir.resolve("rows.jsonl"));
      List<String> set = new ArrayList<>();
      for (int i = 0; i < 1 + random.nextInt(3); i++) {
        String key = KEYS.get(random.nextInt(KEYS.size()));
        Object value = random.nextInt(20) == 0 ? null : value(random);
        set.add(key + " = " + value);
        builder.set(key, value);
      }
      try {
        RunConfig config = builder.build();
        assertThat(config.toBuilder().build()).isEqualTo(config);
      } catch (ConfigException e) {
        assertThat(e.problems()).isNotEmpty();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("-Dfettle.seed=" + SEED + " -Dtest=ConfigFuzzTest, " + set, e);
      }
    }
  }
}
