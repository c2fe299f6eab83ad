package dev.fettle.harness.rows;

import dev.fettle.algorithm.Algorithm;
import dev.fettle.data.Example;
import dev.fettle.data.Sized;
import dev.fettle.data.encode.Dataset;
import dev.fettle.data.encode.LoadReport;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.data.read.DataException;
import dev.fettle.data.store.RowCache;
import dev.fettle.files.Directories;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.model.ModelFiles;
import dev.fettle.harness.run.RowLoading;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.RunWarnings;
import dev.fettle.harness.wiring.RunModule;
import dev.fettle.harness.wiring.Wiring;
import dev.fettle.settings.AlgorithmSettings;
import dev.fettle.settings.ConfigException;
import dev.fettle.tokenizer.StreamDecoder;
import dev.fettle.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Reads the rows of a run as the run would, and shows them. Weights and backend stay untouched; the
 * tokenised rows lie in a temporary directory while they are looked at.
 */
public final class RowsInspection {
  private final RunConfig config;
  private final RunOptions options;
  private final RowsRequest request;

  private RowsInspection(RunConfig config, RunOptions options, RowsRequest request) {
    this.config = config;
    this.options = options;
    this.request = request;
  }

  /**
   * Looks at the rows of a run.
   *
   * @throws DataException where a file or row is broken, or the rows cannot be written
   * @throws ConfigException where the algorithm does not say how its rows are read
   * @throws dev.fettle.models.config.ModelFileException where the model cannot be read
   */
  public static RowsReport of(RunConfig config, RunOptions options, RowsRequest request) {
    return new RowsInspection(config, options, request).report();
  }

  private RowsReport report() {
    Path temporary = temporary();
    // The graph of the run itself, of which no more is made than is asked for.
    try (Wiring wiring = new Wiring(List.of(new RunModule(config, options)))) {
      ModelFiles files = wiring.get(ModelFiles.class);
      RunWarnings warnings = wiring.get(RunWarnings.class);
      RowEncoding<?> encoding =
          encoding(options.algorithms().of(config.algorithm()), files.tokenizer());
      RowLoading.Means means =
          new RowLoading.Means(
              options.terminal(),
              warnings,
              config.backend().toOptions().effectiveThreads(),
              config.run().seed(),
              Optional.of(new RowCache(temporary)));
      RowLoading loading = new RowLoading(config.data(), files, means);
      return new RowsReport(sets(loading, encoding, files.tokenizer()), warnings.all());
    } finally {
      Directories.deleteQuietly(temporary);
    }
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("fettle-rows");
    } catch (IOException e) {
      throw new DataException(
          "no temporary directory can be made for the tokenised rows: " + e.getMessage(), e);
    }
  }

  /** Its settings were read by the algorithm's own keys, so they are of its type. */
  @SuppressWarnings("unchecked")
  private <S extends AlgorithmSettings> RowEncoding<?> encoding(
      Algorithm<S, ?> algorithm, Optional<Tokenizer> tokenizer) {
    return algorithm
        .encoding((S) config.algorithm(), tokenizer)
        .orElseThrow(
            () ->
                ConfigException.about(
                    "algorithm.type",
                    "is " + algorithm.type() + ", which does not say how its rows are shown"));
  }

  private <E extends Sized> List<RowSet> sets(
      RowLoading loading, RowEncoding<E> encoding, Optional<Tokenizer> tokenizer) {
    List<RowSet> sets = new ArrayList<>();
    Dataset<E> train = loading.train(encoding);
    sets.add(set("train", loading, train, new Reader<>(encoding, tokenizer)));
    request.out().ifPresent(out -> write(out, train, encoding));
    for (Map.Entry<String, Dataset<E>> e : loading.evaluations(encoding).entrySet()) {
      String name = e.getKey().isEmpty() ? "eval" : "eval_" + e.getKey();
      sets.add(set(name, loading, e.getValue(), new Reader<>(encoding, tokenizer)));
    }
    return sets;
  }

  private <E extends Sized> RowSet set(
      String name, RowLoading loading, Dataset<E> data, Reader<E> reader) {
    LoadReport report = Objects.requireNonNull(loading.reports().get(name));
    Lengths.Counter lengths = new Lengths.Counter();
    data.examples().forEach(e -> lengths.add(e.length()));
    int shown = Math.min(request.shown(), data.examples().size());
    List<ShownRow> rows = new ArrayList<>();
    for (int i = 0; i < shown; i++) {
      rows.add(reader.row(data.examples().get(i)));
    }
    return new RowSet(name, report, data.examples().size(), lengths.lengths(), rows);
  }

  private static <E extends Sized> void write(Path out, Dataset<E> data, RowEncoding<E> encoding) {
    try (RowsFile file = new RowsFile(out)) {
      data.examples().forEach(e -> file.add(encoding.written(e)));
      file.finish();
    }
  }

  /** Makes examples readable. */
  private record Reader<E extends Sized>(RowEncoding<E> encoding, Optional<Tokenizer> tokenizer) {

    ShownRow row(E example) {
      List<ShownSequence> sequences = new ArrayList<>();
      String origin = "";
      for (Map.Entry<String, Example> s : encoding.sequences(example).entrySet()) {
        sequences.add(new ShownSequence(s.getKey(), tokens(s.getValue())));
        origin = s.getValue().origin().toString();
      }
      return new ShownRow(origin, sequences);
    }

    private List<ShownToken> tokens(Example example) {
      Optional<StreamDecoder> decoder = tokenizer.map(t -> t.streamDecoder(false));
      List<ShownToken> tokens = new ArrayList<>();
      for (int i = 0; i < example.length(); i++) {
        int id = example.ids()[i];
        String text = decoder.map(d -> d.next(id)).orElse("");
        tokens.add(new ShownToken(id, text, example.targetMask()[i] != 0));
      }
      return tokens;
    }
  }
}
