package dev.fettle.data.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.data.Example;
import dev.fettle.data.Stretches;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.ReadLimits;
import dev.fettle.data.read.Row;
import dev.fettle.data.read.RowSelection;
import dev.fettle.data.read.RowSplit;
import dev.fettle.data.store.RowCache;
import dev.fettle.data.store.StoredForm;
import dev.fettle.tokenizer.ChatMl;
import dev.fettle.tokenizer.ChatTemplate;
import dev.fettle.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows are tokenised once, and again as soon as anything they depend on is another. */
class CachedRowsTest {
  private static final String TEXTS =
      """
      {"prompt": "xyxyxyxyxy", "completion": "a"}
      {"prompt": "a", "completion": "d"}
      {"prompt": "", "completion": ""}
      {"prompt": "a", "completion": "ddddddddd"}
      """;

  @TempDir private Path directory;
  private Tokenizer tokenizer;
  private Path rows;

  @BeforeEach
  void open() throws IOException {
    tokenizer = TinyTokenizer.in(Files.createDirectory(directory.resolve("model")));
    rows = Files.writeString(directory.resolve("a.jsonl"), TEXTS);
  }

  @AfterEach
  void close() {
    tokenizer.close();
  }

  /** Text rows whose encodings are counted. */
  private record Counting(TextRows rows, boolean hasForm, AtomicInteger encoded)
      implements RowEncoding<Example> {
    @Override
    public Optional<Tokenizer> tokenizer() {
      return rows.tokenizer();
    }

    @Override
    public List<RowFormat> formats() {
      return rows.formats();
    }

    @Override
    public Optional<StoredForm<Example>> stored() {
      return hasForm ? rows.stored() : Optional.empty();
    }

    @Override
    public RowEncoder<Example> encoder(RowFormat format, EncodingOptions options) {
      RowEncoder<Example> encoder = rows.encoder(format, options);
      return row -> {
        encoded.incrementAndGet();
        return encoder.encode(row);
      };
    }
  }

  private Counting counting(LossOn lossOn) {
    return new Counting(new TextRows(Optional.of(tokenizer), lossOn), true, new AtomicInteger());
  }

  private RowCache cache() {
    return new RowCache(directory.resolve("cache"));
  }

  private List<Path> cached() throws IOException {
    if (!Files.exists(cache().directory())) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(cache().directory())) {
      return files.toList();
    }
  }

  private static DatasetLoader<Example> loader(Counting encoding, EncodingOptions options) {
    return new DatasetLoader<>(encoding, options, 2, LoadListener.NONE);
  }

  /** How many rows a load encodes. */
  private int encodes(Counting encoding, EncodingOptions options, Path... files) {
    int before = encoding.encoded().get();
    Dataset<Example> kept = loader(encoding, options).load(List.of(files), cache());
    int encoded = encoding.encoded().get() - before;
    Dataset<Example> heap = loader(encoding, options).load(List.of(files));
    assertThat(kept.examples()).isEqualTo(heap.examples()).isInstanceOf(Stretches.class);
    assertThat(kept.report()).isEqualTo(heap.report());
    return encoded;
  }

  @Test
  void theSecondLoadEncodesNothingAndReportsTheSame() throws IOException {
    Counting encoding = counting(LossOn.AUTO);
    EncodingOptions options = EncodingOptions.of(8);
    assertThat(encodes(encoding, options, rows)).isEqualTo(4);
    assertThat(cached()).hasSize(1);
    assertThat(encodes(encoding, options, rows)).isZero();
    List<Double> fractions = new ArrayList<>();
    LoadReport report =
        new DatasetLoader<>(
                encoding, options, 1, (done, fraction) -> fractions.add(done * fraction))
            .load(List.of(rows), cache())
            .report();
    assertThat(fractions).containsExactly(4.0);
    assertThat(report.summary())
        .contains("1 truncated", "1 no target after truncation", rows + ":1");
    // From another place, as when the directory was moved: places are those of now.
    Path moved = Files.createDirectory(directory.resolve("moved")).resolve("a.jsonl");
    Files.copy(rows, moved);
    assertThat(encodes(encoding, options, moved)).isZero();
  }

  @Test
  void warningsAreKept() throws IOException {
    Path ids = Files.writeString(directory.resolve("b.jsonl"), "{\"input_ids\": [5, 6, 7]}\n");
    Counting encoding = counting(LossOn.AUTO);
    for (int load = 0; load < 2; load++) {
      assertThat(encodes(encoding, EncodingOptions.of(8), ids)).isEqualTo(1 - load);
    }
    assertThat(
            loader(encoding, EncodingOptions.of(8)).load(List.of(ids), cache()).report().warnings())
        .hasSize(1);
  }

  @Test
  void otherBytesNamesAndOrdersOfFilesAreOtherRows() throws IOException {
    Counting encoding = counting(LossOn.AUTO);
    EncodingOptions options = EncodingOptions.of(8);
    assertThat(encodes(encoding, options, rows)).isEqualTo(4);
    Files.writeString(rows, TEXTS.replace("ddd", "ddx"));
    assertThat(encodes(encoding, options, rows)).isEqualTo(4);
    Files.writeString(rows, TEXTS);
    assertThat(encodes(encoding, options, rows)).isZero();
    Path other = Files.copy(rows, directory.resolve("b.jsonl"));
    assertThat(encodes(encoding, options, other)).isEqualTo(4);
    assertThat(encodes(encoding, options, rows, other)).isEqualTo(8);
    assertThat(encodes(encoding, options, other, rows)).isEqualTo(8);
    assertThat(encodes(encoding, options, rows, rows)).isEqualTo(8);
    assertThat(encodes(encoding, options, rows, rows)).isZero();
  }

  /** One variant for each component: who adds one to the options must add it to the key. */
  @Test
  void everyOptionIsPartOfTheKey() throws IOException {
    EncodingOptions plain = EncodingOptions.of(8);
    List<EncodingOptions> variants =
        List.of(
            plain.withFormat(TextRows.PROMPT_COMPLETION),
            plain.withColumns(new Columns(Map.of("completion", "completion"))),
            EncodingOptions.of(9),
            plain.withTruncation(Truncation.KEEP_END),
            plain.withInstructionTemplate(
                new InstructionTemplate("{instruction}{input}", "{instruction}")),
            plain.withChatTemplate(ChatMl.template()),
            plain.withRoles(Map.of("a", "b")),
            plain.withVocabSize(1000));
    assertThat(variants).hasSameSizeAs(EncodingOptions.class.getRecordComponents());
    List<EncodingOptions> others = new ArrayList<>(variants);
    others.add(
        plain.withInstructionTemplate(
            new InstructionTemplate("{instruction}{input}", "{instruction}!")));
    others.add(
        plain.withChatTemplate(
            ChatTemplate.parse(ChatMl.template().source(), "x", Map.of("bos_token", "y"))));
    others.add(plain.withColumns(new Columns(Map.of("prompt", "prompt"))));
    others.add(plain.withRoles(Map.of("human", "user")));
    List<String> keys = new ArrayList<>();
    for (EncodingOptions options : others) {
      keys.add(RowKey.of(RowSelection.of(List.of(rows)), options, "x"));
      assertThat(RowKey.of(RowSelection.of(List.of(rows)), options, "x"))
          .isEqualTo(keys.get(keys.size() - 1));
    }
    RowSelection.Source some = new RowSelection.Source(List.of(rows), OptionalLong.of(1));
    keys.add(
        RowKey.of(
            new RowSelection(List.of(some), Optional.empty(), ReadLimits.DEFAULT), plain, "x"));
    for (boolean side : new boolean[] {true, false}) {
      RowSplit split = new RowSplit(1, 0.5, side);
      RowSelection half =
          new RowSelection(
              RowSelection.of(List.of(rows)).sources(), Optional.of(split), ReadLimits.DEFAULT);
      keys.add(RowKey.of(half, plain, "x"));
    }
    keys.add(RowKey.of(RowSelection.of(List.of(rows)), plain, "x"));
    keys.add(RowKey.of(RowSelection.of(List.of(rows)), plain, "y"));
    assertThat(keys).doesNotHaveDuplicates();
  }

  @Test
  void theLossAndTheTokenizerArePartOfTheKey() throws IOException {
    EncodingOptions options = EncodingOptions.of(8);
    assertThat(encodes(counting(LossOn.AUTO), options, rows)).isEqualTo(4);
    assertThat(encodes(counting(LossOn.ALL), options, rows)).isEqualTo(4);
    Path config = directory.resolve("model/tokenizer_config.json");
    Path generation = directory.resolve("model/generation_config.json");
    Files.writeString(config, Files.readString(config) + "\n");
    reopen();
    assertThat(encodes(counting(LossOn.AUTO), options, rows)).isEqualTo(4);
    // Which ids end a text decides what is warned of.
    Files.writeString(generation, "{\"eos_token_id\": [1, 3]}");
    reopen();
    assertThat(encodes(counting(LossOn.AUTO), options, rows)).isEqualTo(4);
    reopen();
    assertThat(encodes(counting(LossOn.AUTO), options, rows)).isZero();
  }

  private void reopen() {
    tokenizer.close();
    tokenizer = Tokenizer.load(directory.resolve("model"));
  }

  @Test
  void aDamagedFileIsMadeAgain() throws IOException {
    Counting encoding = counting(LossOn.AUTO);
    EncodingOptions options = EncodingOptions.of(8);
    encodes(encoding, options, rows);
    Path file = cached().get(0);
    byte[] whole = Files.readAllBytes(file);
    byte[] damaged = whole.clone();
    damaged[40] ^= 1;
    Files.write(file, damaged);
    assertThat(encodes(encoding, options, rows)).isEqualTo(4);
    assertThat(file).hasBinaryContent(whole);
    assertThat(encodes(encoding, options, rows)).isZero();
  }

  @Test
  void withoutAStoredFormExamplesStayInTheHeap() throws IOException {
    Counting encoding =
        new Counting(new TextRows(Optional.of(tokenizer), LossOn.AUTO), false, new AtomicInteger());
    for (int load = 1; load <= 2; load++) {
      Dataset<Example> data = loader(encoding, EncodingOptions.of(8)).load(List.of(rows), cache());
      assertThat(data.examples()).hasSize(2).isNotInstanceOf(Stretches.class);
      assertThat(encoding.encoded()).hasValue(4 * load);
    }
    assertThat(cached()).isEmpty();
  }

  @Test
  void rowsThatCannotBeUsedLeaveNothing() throws IOException {
    Files.writeString(rows, TEXTS + "not json\n");
    Counting encoding = counting(LossOn.AUTO);
    assertThatThrownBy(() -> loader(encoding, EncodingOptions.of(8)).load(List.of(rows), cache()))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(rows + ":5 is not valid JSON");
    assertThat(cache().directory()).doesNotExist();
    Path absent = directory.resolve("absent.jsonl");
    assertThatThrownBy(
            () -> loader(encoding, EncodingOptions.of(8)).load(List.of(rows, absent), cache()))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("no file " + absent);
    assertThat(encoding.encoded().get()).isLessThanOrEqualTo(4);
  }

  @Test
  void anErrorWhileARowIsEncodedLeavesNothing() {
    RowEncoding<Example> failing =
        new RowEncoding<>() {
          @Override
          public Optional<Tokenizer> tokenizer() {
            return Optional.empty();
          }

          @Override
          public List<RowFormat> formats() {
            return List.of(TextRows.PROMPT_COMPLETION);
          }

          @Override
          public Optional<StoredForm<Example>> stored() {
            return Optional.of(StoredForm.ofExamples("failing"));
          }

          @Override
          public RowEncoder<Example> encoder(RowFormat format, EncodingOptions options) {
            return (Row row) -> {
              throw new IllegalStateException("a fault");
            };
          }
        };
    assertThatThrownBy(
            () ->
                new DatasetLoader<>(failing, EncodingOptions.of(8), 1, LoadListener.NONE)
                    .load(List.of(rows), cache()))
        .hasMessage("a fault");
    assertThat(cache().directory()).doesNotExist();
  }

  /** Prints the key of what it is given, as a process of its own. */
  public static final class Keyed {
    private Keyed() {}

    /** A model directory and a file of rows. */
    public static void main(String[] args) {
      try (Tokenizer tokenizer = Tokenizer.load(Path.of(args[0]))) {
        Map<String, String> columns = Map.of("prompt", "p", "completion", "c", "tools", "t");
        Map<String, String> special = Map.of("a_token", "a", "b_token", "b", "c_token", "c");
        EncodingOptions options =
            EncodingOptions.of(8)
                .withColumns(new Columns(columns))
                .withChatTemplate(ChatTemplate.parse("x", "x", special));
        TextRows rows = new TextRows(Optional.of(tokenizer), LossOn.AUTO);
        String identity = rows.stored().orElseThrow().identity();
        System.out.println(
            "key " + RowKey.of(RowSelection.of(List.of(Path.of(args[1]))), options, identity));
      }
    }
  }

  /** What a map's order, or a hash, has a part in would differ from process to process. */
  @Test
  void theKeyIsTheSameInEveryProcess() throws Exception {
    Set<String> keys = new HashSet<>();
    for (int i = 0; i < 4; i++) {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Keyed.class.getName(),
                  directory.resolve("model").toString(),
                  rows.toString())
              .redirectErrorStream(true)
              .start();
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(printed).isZero();
      keys.add(printed.substring(printed.indexOf("key ")));
    }
    assertThat(keys).hasSize(1);
  }
}
