package dev.fettle.integration.fuzz;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.RowReader;
import dev.fettle.harness.config.ConfigReader;
import dev.fettle.ir.DType;
import dev.fettle.jinja.JinjaTemplate;
import dev.fettle.jinja.Limits;
import dev.fettle.jinja.TemplateException;
import dev.fettle.models.config.HfConfig;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.models.lora.AdapterConfig;
import dev.fettle.models.weights.SafetensorsWriter;
import dev.fettle.models.weights.TensorEntry;
import dev.fettle.models.weights.WeightSource;
import dev.fettle.settings.ConfigException;
import dev.fettle.spi.HostTensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every reader of strangers' files, each a target of its own. The longest round: -Dfuzz. */
class ReadersFuzzTest {

  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-03-05T09:07:02Z"), ZoneOffset.UTC);

  private Path folder;

  /** In memory where there is such a place: millions of small files wear a disk out. */
  @BeforeEach
  void makeFolder() throws IOException {
    Path memory = Path.of("/dev/shm");
    folder =
        Files.isWritable(memory)
            ? Files.createTempDirectory(memory, "fettle-fuzz")
            : Files.createTempDirectory("fettle-fuzz");
  }

  @AfterEach
  void removeFolder() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** What the corpus of configurations names, so that one of them can be right. */
  private void makeFilesOfConfigurations() throws IOException {
    for (String directory : List.of("models/tiny", "data")) {
      Files.createDirectories(folder.resolve(directory));
    }
    for (String file :
        List.of("data/instructions.jsonl", "data/instructions.eval.jsonl", "a.jsonl", "b.jsonl")) {
      Files.writeString(folder.resolve(file), "{}\n");
    }
  }

  private Path write(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  @Test
  void template() throws IOException {
    Fuzz fuzz = new Fuzz("template", 4_000, Set.of(TemplateException.class), TemplateWords.ALL);
    Map<?, ?> variables = new ObjectMapper().readValue(TemplateWords.VARIABLES, Map.class);
    Limits limits = new Limits(4_000_000, 4_000_000, 1_000_000, 100_000, 1_000);
    fuzz.run(
        (input, random) -> {
          // Half are mutated, half grow from the grammar, where most are right.
          String source =
              random.nextBoolean()
                  ? new String(input, StandardCharsets.UTF_8)
                  : new TemplateGrammar(random).template();
          Map<String, Object> values = new HashMap<>();
          variables.forEach((key, value) -> values.put(String.valueOf(key), value));
          JinjaTemplate.parse(source, limits).render(values, CLOCK);
        });
  }

  @Test
  void yaml() throws IOException {
    makeFilesOfConfigurations();
    new Fuzz("yaml", 2_000, Set.of(ConfigException.class), List.of("extends: ", "sft", "cosine"))
        .run((input, random) -> ConfigReader.read(write("run.yaml", input)));
  }

  @Test
  void json() throws IOException {
    makeFilesOfConfigurations();
    new Fuzz("json", 1_000, Set.of(ConfigException.class), List.of("\"sft\"", "\"train\""))
        .run((input, random) -> ConfigReader.read(write("run.json", input)));
  }

  @Test
  void overrides() throws IOException {
    makeFilesOfConfigurations();
    Fuzz fuzz = new Fuzz("overrides", 1_000, Set.of(ConfigException.class), List.of("train.", "="));
    byte[] config = new Fuzz("json", 0, Set.of(), List.of()).corpus().get(0);
    fuzz.run(
        (input, random) ->
            ConfigReader.read(
                write("run.json", config),
                new String(input, StandardCharsets.UTF_8).lines().limit(5).toList()));
  }

  @Test
  void rows() {
    List<String> kinds = List.of("a.jsonl", "a.json", "a.ndjson", "a.jsonl.gz", "a.json.gz");
    new Fuzz("rows", 2_000, Set.of(DataException.class), List.of("\"messages\"", "}\n{"))
        .run(
            (input, random) -> {
              String name = kinds.get(random.nextInt(kinds.size()));
              boolean packed = name.endsWith(".gz") && random.nextInt(4) > 0;
              read(write(name, packed ? gzipped(input, random) : input));
            });
  }

  private static void read(Path file) {
    try (RowReader rows = RowReader.open(file)) {
      while (rows.next().isPresent()) {
        rows.fraction();
      }
    }
  }

  /** Sometimes cut off, or with a byte changed. */
  private static byte[] gzipped(byte[] input, SplittableRandom random) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(input);
    }
    byte[] packed = bytes.toByteArray();
    if (random.nextInt(4) == 0) {
      packed[random.nextInt(packed.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return random.nextInt(8) == 0 ? Arrays.copyOf(packed, random.nextInt(packed.length)) : packed;
  }

  private byte[] tensors() throws IOException {
    Path file = folder.resolve("tensors");
    SafetensorsWriter.write(
        file,
        List.of(
            TensorEntry.of("a.weight", HostTensor.ofFloats(new float[] {1, 2, 3, 4, 5, 6}, 2, 3)),
            TensorEntry.of("b", HostTensor.ofFloats(new float[] {7}, 1))),
        Map.of("format", "pt"));
    return Files.readAllBytes(file);
  }

  static void readAll(Path file) {
    try (WeightSource source = WeightSource.open(file)) {
      source.metadata();
      for (String name : source.names()) {
        source.shape(name);
        source.dtype(name);
        source.read(name);
        source.readAs(name, DType.F32);
      }
    }
  }

  @Test
  void safetensors() throws IOException {
    new Fuzz(
            "safetensors",
            2_000,
            Set.of(ModelFileException.class),
            List.of("\"F32\"", "\"BF16\"", "\"data_offsets\"", "\"__metadata__\"", "\"I64\""))
        .run(
            List.of(tensors()),
            (input, random) -> readAll(write("model.safetensors", repaired(input, random))));
  }

  /** Mostly with the header's length put right, so that what is in the header is read at all. */
  private static byte[] repaired(byte[] input, SplittableRandom random) {
    byte[] copy = input.clone();
    String text = new String(input, StandardCharsets.ISO_8859_1);
    int end = text.lastIndexOf('}');
    if (random.nextInt(4) > 0 && end > 8) {
      ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN).putLong(0, end + 1L - 8);
    }
    return copy;
  }

  @Test
  void index() throws IOException {
    byte[] shard = tensors();
    Fuzz fuzz =
        new Fuzz(
            "index", 1_000, Set.of(ModelFileException.class), List.of("\"weight_map\"", "\"..\""));
    fuzz.run(
        (input, random) -> {
          write("model-00001-of-00002.safetensors", shard);
          write("model.safetensors.index.json", input);
          readAll(folder);
        });
  }

  @Test
  void config() {
    new Fuzz(
            "config",
            2_000,
            Set.of(ModelFileException.class),
            List.of("\"yarn\"", "\"longrope\"", "\"rope_scaling\"", "\"llama\"", "\"qwen3\""))
        .run(
            (input, random) -> {
              write("config.json", input);
              HfConfig.read(folder).model();
            });
  }

  @Test
  void adapter() {
    new Fuzz(
            "adapter",
            1_000,
            Set.of(ModelFileException.class),
            List.of("\"all-linear\"", "\"(a+)+$\"", "\"rank_pattern\""))
        .run(
            (input, random) -> {
              write("adapter_config.json", input);
              AdapterConfig.read(folder).lora();
            });
  }
}
