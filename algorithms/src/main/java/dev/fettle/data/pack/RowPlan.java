package dev.fettle.data.pack;

import dev.fettle.data.Example;
import dev.fettle.data.Stretches;
import dev.fettle.data.pack.Packer.Piece;
import dev.fettle.data.read.DataException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/**
 * Which examples lie in which row. Made once; every epoch visits the same rows, in its own order,
 * so the number of steps of an epoch is known before the first.
 */
public final class RowPlan {

  /** Standard deviations above the mean that 98 of 100 draws stay below. */
  private static final double MOST = 2;

  private final List<Example> examples;
  private final PlannedRows rows;
  private final int[] targets;
  private final PackingOptions options;
  private final int withoutTarget;
  private final int longest;
  private final String fingerprint;
  private final BitSet prompts;

  private RowPlan(
      List<Example> examples,
      Kept kept,
      PackingOptions options,
      String fingerprint,
      BitSet prompts) {
    this.examples = examples;
    this.rows = PlannedRows.of(kept.rows());
    this.targets = kept.targets();
    this.options = options;
    this.withoutTarget = kept.leftOut();
    this.longest = kept.rows().stream().mapToInt(RowPlan::tokens).max().orElse(0);
    this.fingerprint = fingerprint;
    this.prompts = prompts;
  }

  /** The rows that have targets, how many each has, and how many have none. */
  @SuppressWarnings("ArrayRecordComponent") // one for each row; compared by nobody
  private record Kept(List<List<Piece>> rows, int[] targets, int leftOut) {}

  /**
   * Lays out examples. Rows are in file order of the first example each holds. Rows without a
   * target (pieces of a long prompt) are left out.
   *
   * @throws DataException where no row has a target
   */
  public static RowPlan of(List<Example> examples, PackingOptions options) {
    Survey survey = new Survey();
    examples.forEach(survey::add);
    return of(examples, survey, layOut(survey.lengths(), options), options, new BitSet());
  }

  /** The same for groups that are lists. */
  public static RowPlan ofGroups(List<List<Example>> groups, PackingOptions options) {
    return ofGroups(groups, group -> group, options);
  }

  /**
   * Lays out groups of examples, as the two of a preference pair: those of a group lie side by side
   * in one row, in their order, and so are always in the same micro-batch. {@link
   * Placement#example} counts through the groups.
   *
   * @param members the examples of a group; asked for whenever one of them is read
   * @throws DataException where a group is longer than a row, or no row has a target
   * @throws IllegalArgumentException where the packing splits examples
   */
  public static <G> RowPlan ofGroups(
      List<G> groups, Function<? super G, List<Example>> members, PackingOptions options) {
    return ofGroups(groups, members, options, false);
  }

  /**
   * The same for groups whose first member is a prompt that the others continue: it stands in the
   * row once, and each of the others sees it. Its length may be 0.
   *
   * @param members the prompt, then what continues it, as {@link PromptGroup} makes them
   */
  public static <G> RowPlan ofPrompted(
      List<G> groups, Function<? super G, List<Example>> members, PackingOptions options) {
    return ofGroups(groups, members, options, true);
  }

  private static <G> RowPlan ofGroups(
      List<G> groups,
      Function<? super G, List<Example>> members,
      PackingOptions options,
      boolean prompted) {
    if (options.packing().splits()) {
      throw new IllegalArgumentException(
          options.packing() + " splits examples, so it cannot keep groups together");
    }
    Survey survey = new Survey();
    int[] first = new int[groups.size() + 1];
    int[] lengths = new int[groups.size()];
    for (int group = 0; group < lengths.length; group++) {
      List<Example> all = members.apply(groups.get(group));
      all.forEach(survey::add);
      first[group + 1] = first[group] + all.size();
      lengths[group] = all.stream().mapToInt(Example::length).sum();
      if (lengths[group] > options.maxLength()) {
        throw tooLong(all.get(0), lengths[group], options);
      }
    }
    List<List<Piece>> rows = new ArrayList<>();
    for (List<Piece> row : layOut(lengths, options)) {
      List<Piece> pieces = new ArrayList<>();
      for (Piece group : row) {
        for (int e = first[group.sequence()]; e < first[group.sequence() + 1]; e++) {
          pieces.add(new Piece(e, 0, survey.length(e)));
        }
      }
      rows.add(pieces);
    }
    BitSet prompts = new BitSet();
    for (int group = 0; prompted && group < lengths.length; group++) {
      prompts.set(first[group]);
    }
    return of(new Members<>(groups, members, first), survey, rows, options, prompts);
  }

  private static DataException tooLong(Example first, int tokens, PackingOptions options) {
    return DataException.at(
        first.origin(),
        "makes a group of "
            + tokens
            + " tokens, which must share a row of "
            + options.maxLength()
            + "; shorten it, or make rows longer");
  }

  private static List<List<Piece>> layOut(int[] lengths, PackingOptions options) {
    Packer packer = new Packer(options.maxLength());
    List<List<Piece>> all = new ArrayList<>();
    for (int from = 0; from < lengths.length; ) {
      int to = (int) Math.min((long) from + options.window(), lengths.length);
      List<List<Piece>> rows = packer.pack(options.packing(), lengths, from, to);
      rows.sort(Comparator.comparingInt(RowPlan::firstExample));
      all.addAll(rows);
      from = to;
    }
    return all;
  }

  private static RowPlan of(
      List<Example> examples,
      Survey survey,
      List<List<Piece>> all,
      PackingOptions options,
      BitSet prompts) {
    Kept kept = withTargets(Stretches.of(examples), survey, all);
    if (kept.rows().isEmpty()) {
      throw new DataException(
          "none of the "
              + all.size()
              + " rows of at most "
              + options.maxLength()
              + " tokens has a target; raise maxLength, or check the prompt and completion columns");
    }
    boolean joined = options.packing() == Packing.WRAPPED;
    String fingerprint = survey.fingerprint(kept.rows(), joined);
    return new RowPlan(examples, kept, options, fingerprint, prompts);
  }

  private static Kept withTargets(Stretches examples, Survey survey, List<List<Piece>> all) {
    List<List<Piece>> rows = new ArrayList<>(all.size());
    int[] targets = new int[all.size()];
    for (List<Piece> row : all) {
      int count = 0;
      for (Piece piece : row) {
        // A part that does not begin its example begins a segment: nothing comes before it.
        count +=
            piece.length() == survey.length(piece.sequence())
                ? survey.targets(piece.sequence())
                : examples.stretch(piece.sequence(), piece.offset(), piece.length()).targets();
      }
      if (count > 0) {
        targets[rows.size()] = count;
        rows.add(row);
      }
    }
    return new Kept(rows, Arrays.copyOf(targets, rows.size()), all.size() - rows.size());
  }

  private static int firstExample(List<Piece> row) {
    int first = Integer.MAX_VALUE;
    for (Piece piece : row) {
      first = Math.min(first, piece.sequence());
    }
    return first;
  }

  /** Tokens in a row. */
  public static int tokens(List<Piece> row) {
    int sum = 0;
    for (Piece piece : row) {
      sum += piece.length();
    }
    return sum;
  }

  /** The examples laid out. */
  public List<Example> examples() {
    return examples;
  }

  /** The pieces of each row. */
  public List<List<Piece>> rows() {
    return rows;
  }

  /** Whether a row is one segment. */
  public boolean joined() {
    return options.packing() == Packing.WRAPPED;
  }

  /** Whether an example is a prompt that those after it in its row continue. */
  public boolean isPrompt(int example) {
    return prompts.get(example);
  }

  /** Number of rows of one epoch. */
  public int size() {
    return rows.size();
  }

  /** Rows left out because they have no target. */
  public int withoutTarget() {
    return withoutTarget;
  }

  /**
   * The share of places in rows of the planned length that hold a token, in 0 to 1: what packing
   * wins.
   *
   * @return for padded rows, as if every row were as long as the longest
   */
  public double density() {
    long tokens = rows.stream().mapToLong(RowPlan::tokens).sum();
    return (double) tokens / ((double) rows.size() * options.rounded(longest));
  }

  /**
   * How many targets a micro-batch of so many rows, drawn at random, stays below in 98 cases of
   * 100; 0 for padded rows, whose micro-batches have no common size.
   */
  public int usualTargets(int microBatchSize) {
    if (options.packing() == Packing.NONE) {
      return 0;
    }
    double mean = Arrays.stream(targets).average().orElse(0);
    double squares = Arrays.stream(targets).mapToDouble(n -> (n - mean) * (n - mean)).sum();
    int drawn = Math.min(microBatchSize, targets.length);
    double deviation = Math.sqrt(drawn * squares / targets.length);
    return (int) Math.ceil(drawn * mean + MOST * deviation);
  }

  /** Identifies the rows: equal where ids, masks and layout are equal. */
  public String fingerprint() {
    return fingerprint;
  }

  /**
   * The length of a micro-batch whose longest row has so many tokens: where examples are packed
   * always the same, so that one program serves all.
   */
  public int lengthFor(int tokens) {
    return options.rounded(options.packing() == Packing.NONE ? tokens : longest);
  }
}
