package dev.fettle.data.encode;

import dev.fettle.data.Sized;
import dev.fettle.data.encode.LoadReport.Dropped;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.RowOrigin;
import dev.fettle.data.read.RowSelection;
import dev.fettle.tokenizer.SpecialToken;
import dev.fettle.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/** Hands examples on, and counts what was dropped. */
final class Tally<E extends Sized> {

  private final List<Path> files;
  private final RowEncoding<E> encoding;
  private final BiConsumer<E, RowOrigin> examples;
  private final Map<DropReason, Dropped> dropped = new EnumMap<>(DropReason.class);
  private long rows;
  private long kept;
  private long truncated;
  private long tokens;
  private long targets;
  private long endsLearnt;
  private int source;
  private final long[] keptBySource;
  private final Set<String> findings = new LinkedHashSet<>();

  /**
   * @param selected whose rows these are
   * @param encoding of which the examples are
   * @param examples takes each example with the place of its row
   */
  Tally(RowSelection selected, RowEncoding<E> encoding, BiConsumer<E, RowOrigin> examples) {
    this.files = selected.files();
    this.encoding = encoding;
    this.examples = examples;
    this.keptBySource = new long[selected.sources().size()];
  }

  /** What comes next is of this source. */
  void source(int number) {
    source = number;
  }

  /** What an encoder found in the rows of a file. */
  void addFindings(List<String> found) {
    findings.addAll(found);
  }

  long rows() {
    return rows;
  }

  /** How much of all files is done, each counted alike. */
  double overall(int file, double fraction) {
    return (file + fraction) / files.size();
  }

  void add(Encoded<E> encoded, RowOrigin origin) {
    rows++;
    if (encoded.dropped() != null) {
      dropped.merge(
          encoded.dropped(),
          new Dropped(1, origin),
          (old, one) -> new Dropped(old.count() + 1, old.first()));
    }
    if (encoded.example() != null) {
      examples.accept(encoding.numbered(encoded.example(), rows - 1), origin);
      kept++;
      keptBySource[source]++;
      tokens += encoded.example().length();
      targets += encoded.example().targets();
      truncated += encoded.truncated() ? 1 : 0;
      endsLearnt += encoded.endLearnt() ? 1 : 0;
    }
  }

  /**
   * What it came to.
   *
   * @throws DataException where no row is left
   */
  LoadReport finish() {
    LoadReport report =
        new LoadReport(
            rows,
            truncated,
            tokens,
            targets,
            dropped,
            findings(),
            Arrays.stream(keptBySource).boxed().toList());
    String names = files.stream().map(Path::toString).collect(Collectors.joining(", "));
    if (rows == 0) {
      throw new DataException(names + " has no rows; write the rows again, or name another file");
    }
    if (kept == 0) {
      throw new DataException(
          names
              + ": all "
              + rows
              + " rows were dropped: "
              + report.reasons()
              + "; "
              + report.advice());
    }
    return report;
  }

  private List<String> findings() {
    List<String> all = new ArrayList<>(findings);
    if (endsLearnt == 0 && targets > 0) {
      encoding.tokenizer().map(Tally::endNeverLearnt).ifPresent(all::add);
    }
    return all;
  }

  private static String endNeverLearnt(Tokenizer tokenizer) {
    String end =
        tokenizer
            .eos()
            .map(SpecialToken::text)
            .map(text -> "none has the end token " + text + " among its targets")
            .orElse("the tokenizer names no end-of-sequence token");
    return end + ": the model will not learn when to stop";
  }
}
