package dev.fettle.bestof;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.read.Row;
import dev.fettle.data.read.RowReader;
import dev.fettle.sample.Completion;
import dev.fettle.sample.Origin;
import dev.fettle.sample.ResumableFile;
import dev.fettle.sample.SampleColumns;
import dev.fettle.sample.SamplePrompt;
import dev.fettle.sample.SampleRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A file of choices, one JSON object a prompt: the columns of its row, {@code completion} with what
 * {@link SampleColumns} says of it and {@code sample}, which of the answers it is; {@code reward},
 * perhaps {@code gold}; and {@code candidates}, all answers with theirs. Where no answer has a
 * reward, {@code completion} is null. A later call goes on with it as {@link ResumableFile} says.
 */
public final class BestOfFile implements SampleRun.Answers, AutoCloseable {
  private static final String REWARD = "reward";
  private static final String GOLD = "gold";
  private static final String CANDIDATES = "candidates";

  private final ResumableFile file;
  private final BestOf best;
  private final int prompts;

  private BestOfFile(ResumableFile file, BestOf best, int prompts) {
    this.file = file;
    this.best = best;
    this.prompts = prompts;
  }

  /**
   * Begins a file, or goes on with it.
   *
   * @param origin what the choices follow from, the rewards among it
   * @param indices of the prompts' rows, in order
   * @throws dev.fettle.data.read.DataException if it cannot be written, is written by another
   *     process, is of another origin, or holds what is none of its lines
   */
  public static BestOfFile open(Path file, Origin origin, List<Long> indices, BestOf best) {
    return new BestOfFile(
        ResumableFile.open(file, origin, new There(indices)), best, indices.size());
  }

  /** Follows the lines that are there. */
  private static final class There implements ResumableFile.Lines {
    private final List<Long> indices;
    private int prompt;

    There(List<Long> indices) {
      this.indices = indices;
    }

    @Override
    public boolean next(ObjectNode row) {
      if (prompt >= indices.size()) {
        throw new IllegalArgumentException("there are no more prompts");
      }
      SampleColumns.requireIndex(row, indices.get(prompt++));
      return true;
    }
  }

  /** Prompts that are done. */
  public int prompts() {
    return (int) file.groups();
  }

  /** Whether all are. */
  public boolean isWhole() {
    return prompts() == prompts;
  }

  /** Chooses among the answers of a window of prompts, and appends the choices. */
  @Override
  public void add(List<List<Completion>> answers, int there) {
    append(best.choose(answers), there);
  }

  /** The same of answers whose log-probabilities are known otherwise. */
  public void addScored(List<Candidate> answers, int there) {
    append(best.score(answers), there);
  }

  private void append(List<Choice> choices, int there) {
    choices.stream().skip(there).forEach(c -> file.add(List.of(line(c))));
    file.force();
  }

  private static ObjectNode line(Choice choice) {
    ObjectNode line = SampleColumns.prompt(choice.prompt());
    Optional<Candidate> best = choice.best();
    if (best.isPresent()) {
      line.put("sample", best.get().completion().sample());
      put(line, best.get());
    } else {
      line.putNull("completion").putNull(REWARD);
    }
    ArrayNode candidates = line.putArray(CANDIDATES);
    choice.candidates().forEach(c -> put(candidates.addObject(), c));
    return line;
  }

  private static void put(ObjectNode to, Candidate candidate) {
    SampleColumns.answer(to, candidate.completion(), candidate.logProb());
    number(to, REWARD, candidate.reward());
    candidate.gold().ifPresent(g -> number(to, GOLD, g));
  }

  private static void number(ObjectNode to, String name, double value) {
    if (Double.isFinite(value)) {
      to.put(name, value);
    } else {
      to.putNull(name);
    }
  }

  /**
   * What the choices of a whole file come to.
   *
   * @throws dev.fettle.data.read.DataException where a line is none of a file of choices
   */
  public static BestOfReport report(Path file) {
    BestOfReport.Collector collector = new BestOfReport.Collector();
    try (RowReader reader = RowReader.open(file)) {
      for (Optional<Row> row = reader.next(); row.isPresent(); row = reader.next()) {
        collector.add(read(row.get()));
      }
    }
    return collector.report();
  }

  /** Reads a line. */
  static Choice read(Row row) {
    SamplePrompt prompt = SampleColumns.readPrompt(row);
    List<Candidate> candidates = new ArrayList<>();
    for (JsonNode c : row.fields().path(CANDIDATES)) {
      SampleColumns.Sampled answer =
          SampleColumns.readAnswer(row, (ObjectNode) c, prompt, candidates.size());
      candidates.add(
          new Candidate(
              answer.completion(),
              answer.logProb(),
              c.path(REWARD).asDouble(Double.NaN),
              c.has(GOLD)
                  ? OptionalDouble.of(c.path(GOLD).asDouble(Double.NaN))
                  : OptionalDouble.empty()));
    }
    return new Choice(prompt, candidates);
  }

  @Override
  public void close() {
    file.close();
  }
}
