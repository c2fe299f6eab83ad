package dev.fettle.data.pack;

import dev.fettle.data.Example;
import dev.fettle.data.pack.Packer.Piece;
import dev.fettle.data.read.DataException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/**
 * Which examples lie in which row. Made once; every epoch visits the same rows, in its own order,
 * so the number of steps of an epoch is known before the first.
 */
public final class RowPlan {

  private static final int FINGERPRINT_BYTES = 12;

  /** Standard deviations above the mean that 98 of 100 draws stay below. */
  private static final double MOST = 2;

  private final List<Example> examples;
  private final List<List<Piece>> rows;
  private final PackingOptions options;
  private final int withoutTarget;
  private final int longest;
  private final String fingerprint;

  private RowPlan(
      List<Example> examples, List<List<Piece>> rows, PackingOptions options, int withoutTarget) {
    this.examples = examples;
    this.rows = rows;
    this.options = options;
    this.withoutTarget = withoutTarget;
    this.longest = rows.stream().mapToInt(RowPlan::tokens).max().orElse(0);
    this.fingerprint = fingerprint(examples, rows, options);
  }

  /**
   * Lays out examples. Rows are in file order of the first example each holds. Rows without a
   * target (pieces of a long prompt) are left out.
   *
   * @throws DataException where no row has a target
   */
  public static RowPlan of(List<Example> examples, PackingOptions options) {
    int[] lengths = examples.stream().mapToInt(Example::length).toArray();
    return of(examples, layOut(lengths, options), options);
  }

  /**
   * Lays out groups of examples, as the two of a preference pair: those of a group lie side by side
   * in one row, in their order, and so are always in the same micro-batch. {@link
   * Placement#example} counts through the groups.
   *
   * @throws DataException where a group is longer than a row, or no row has a target
   * @throws IllegalArgumentException where the packing splits examples
   */
  public static RowPlan ofGroups(List<List<Example>> groups, PackingOptions options) {
    if (options.packing().splits()) {
      throw new IllegalArgumentException(
          options.packing() + " splits examples, so it cannot keep groups together");
    }
    List<Example> examples = groups.stream().flatMap(List::stream).toList();
    int[] first = new int[groups.size()];
    int[] lengths = new int[groups.size()];
    for (int group = 0; group < lengths.length; group++) {
      List<Example> members = groups.get(group);
      first[group] = group == 0 ? 0 : first[group - 1] + groups.get(group - 1).size();
      lengths[group] = members.stream().mapToInt(Example::length).sum();
      if (lengths[group] > options.maxLength()) {
        throw DataException.at(
            members.get(0).origin(),
            "makes a group of "
                + lengths[group]
                + " tokens, which must share a row of "
                + options.maxLength()
                + "; shorten it, or make rows longer");
      }
    }
    List<List<Piece>> rows = new ArrayList<>();
    for (List<Piece> row : layOut(lengths, options)) {
      List<Piece> members = new ArrayList<>();
      for (Piece group : row) {
        int from = first[group.sequence()];
        for (int i = 0; i < groups.get(group.sequence()).size(); i++) {
          members.add(new Piece(from + i, 0, examples.get(from + i).length()));
        }
      }
      rows.add(members);
    }
    return of(examples, rows, options);
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

  private static RowPlan of(List<Example> examples, List<List<Piece>> all, PackingOptions options) {
    List<List<Piece>> kept = new ArrayList<>(all);
    boolean joined = options.packing() == Packing.WRAPPED;
    kept.removeIf(row -> targets(examples, row, joined) == 0);
    if (kept.isEmpty()) {
      throw new DataException(
          "none of the "
              + all.size()
              + " rows of at most "
              + options.maxLength()
              + " tokens has a target; raise maxLength, or check the prompt and completion columns");
    }
    return new RowPlan(examples, kept, options, all.size() - kept.size());
  }

  private static int firstExample(List<Piece> row) {
    int first = Integer.MAX_VALUE;
    for (Piece piece : row) {
      first = Math.min(first, piece.sequence());
    }
    return first;
  }

  private static int targets(List<Example> examples, List<Piece> row, boolean joined) {
    int targets = 0;
    for (int p = 0; p < row.size(); p++) {
      Piece piece = row.get(p);
      byte[] mask = examples.get(piece.sequence()).targetMask();
      // The first token of a segment has nothing before it.
      int from = piece.offset() + (joined && p > 0 ? 0 : 1);
      for (int i = from; i < piece.offset() + piece.length(); i++) {
        targets += mask[i] == 0 ? 0 : 1;
      }
    }
    return targets;
  }

  /** Tokens in a row. */
  public static int tokens(List<Piece> row) {
    int sum = 0;
    for (Piece piece : row) {
      sum += piece.length();
    }
    return sum;
  }

  private static String fingerprint(
      List<Example> examples, List<List<Piece>> rows, PackingOptions options) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Example example : examples) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * example.length() + 4);
        bytes.putInt(example.length());
        bytes.asIntBuffer().put(example.ids());
        digest.update(bytes.array());
        digest.update(example.targetMask());
      }
      ByteBuffer bytes = ByteBuffer.allocate(12);
      for (List<Piece> row : rows) {
        for (Piece piece : row) {
          bytes.clear();
          bytes.putInt(piece.sequence()).putInt(piece.offset()).putInt(piece.length());
          digest.update(bytes.array());
        }
        digest.update((byte) '\n');
      }
      digest.update((byte) (options.packing() == Packing.WRAPPED ? 1 : 0));
      return HexFormat.of().formatHex(digest.digest(), 0, FINGERPRINT_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
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
    int[] counts = rows.stream().mapToInt(row -> targets(examples, row, joined())).toArray();
    double mean = Arrays.stream(counts).average().orElse(0);
    double squares = Arrays.stream(counts).mapToDouble(n -> (n - mean) * (n - mean)).sum();
    int drawn = Math.min(microBatchSize, counts.length);
    double deviation = Math.sqrt(drawn * squares / counts.length);
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
