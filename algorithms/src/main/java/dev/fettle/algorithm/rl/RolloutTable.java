package dev.fettle.algorithm.rl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.Example;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.RowOrigin;
import dev.fettle.files.FileErrors;
import dev.fettle.rollout.RoundRows;
import dev.fettle.rollout.RoundWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a run keeps of its rollouts, in {@code rollouts/}.
 *
 * <pre>
 * 000001.jsonl         a row of each answer: prompt, completion, rewards, divergence, advantage
 * 000001.tokens.jsonl  what is learnt, by tokens; kept while a checkpoint may need it, of rollouts
 *                      that are learnt in several steps
 * </pre>
 */
final class RolloutTable {
  private static final String TOKENS = ".tokens.jsonl";

  private RolloutTable() {}

  /** Writes the table of a rollout, whole or not at all. */
  static void write(Path run, int number, List<ObjectNode> rows) {
    write(table(run, number), rows);
  }

  /** Where the table of a rollout is. */
  static Path table(Path run, int number) {
    return file(run, number, ".jsonl");
  }

  /** Writes what is learnt of it. */
  static void writeTokens(Path run, int number, List<Trajectory> trajectories, double kl) {
    List<ObjectNode> rows = new ArrayList<>();
    for (Trajectory t : trajectories) {
      ObjectNode row = JsonNodeFactory.instance.objectNode();
      row.put("kl_coefficient", kl);
      row.put("learnt", t.learnt());
      row.put("prompt_tokens", t.length() - t.targets());
      ArrayNode ids = row.putArray("ids");
      for (int id : t.example().ids()) {
        ids.add(id);
      }
      put(row, "logprobs", t.logProbs());
      put(row, "reference", t.reference());
      put(row, "values", t.values());
      put(row, "advantages", t.advantages());
      put(row, "returns", t.returns());
      rows.add(row);
    }
    write(file(run, number, TOKENS), rows);
  }

  private static void write(Path file, List<ObjectNode> rows) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw new DataException(
          file.getParent()
              + " cannot be made: "
              + FileErrors.reason(e)
              + "; make room, then resume the run",
          e);
    }
    try (RoundWriter out = RoundWriter.begin(file)) {
      rows.forEach(out::add);
      out.finish();
    }
  }

  /** As doubles, which hold every float as it is. */
  private static void put(ObjectNode row, String name, float[] values) {
    ArrayNode all = row.putArray(name);
    for (float v : values) {
      all.add((double) v);
    }
  }

  /**
   * What a rollout is learnt from.
   *
   * @param trajectories in order
   * @param klCoefficient while it is learnt
   */
  record Learnt(List<Trajectory> trajectories, double klCoefficient) {}

  /**
   * Reads back what is learnt of a rollout.
   *
   * @param answers that it has
   * @throws DataException where it cannot be read, or is not what a run wrote
   */
  static Learnt readTokens(Path run, int number, int answers) {
    List<Trajectory> all = new ArrayList<>();
    double[] kl = new double[1];
    RoundRows.lines(
        file(run, number, TOKENS),
        (row, origin) -> {
          kl[0] = number(row.path("kl_coefficient"), origin);
          all.add(trajectory(row, origin));
        });
    if (all.size() != answers) {
      throw new DataException(
          file(run, number, TOKENS)
              + " holds "
              + all.size()
              + " answers, and a rollout of this run has "
              + answers
              + "; restore the file and the settings, or begin a new run under another name");
    }
    return new Learnt(all, kl[0]);
  }

  private static Trajectory trajectory(JsonNode row, RowOrigin origin) {
    int[] ids = RoundRows.ids(row, "ids", origin);
    int prompt = row.path("prompt_tokens").asInt(-1);
    int tokens = ids.length - prompt;
    if (prompt < 1 || tokens < 1 || !row.path("learnt").isBoolean()) {
      throw RoundRows.foreign(origin);
    }
    byte[] mask = new byte[ids.length];
    Arrays.fill(mask, prompt, ids.length, (byte) 1);
    float[] values = floats(row, "values", origin, 0, 1, tokens);
    return new Trajectory(
        new Example(ids, mask, origin),
        floats(row, "logprobs", origin, tokens),
        floats(row, "reference", origin, 0, tokens),
        values,
        floats(row, "advantages", origin, tokens),
        floats(row, "returns", origin, values.length),
        row.path("learnt").booleanValue());
  }

  private static float[] floats(JsonNode row, String name, RowOrigin origin, int... sizes) {
    JsonNode all = row.path(name);
    if (!all.isArray() || Arrays.stream(sizes).noneMatch(size -> size == all.size())) {
      throw RoundRows.foreign(origin);
    }
    float[] values = new float[all.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) number(all.get(i), origin);
    }
    return values;
  }

  /** What JSON has no numbers for is written as text. */
  private static double number(JsonNode value, RowOrigin origin) {
    if (value.isNumber()) {
      return value.doubleValue();
    }
    return switch (value.asText()) {
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default -> throw RoundRows.foreign(origin);
    };
  }

  /**
   * Lets go of what is learnt, but of these rollouts, and of what a killed process had begun to
   * write.
   */
  static void keepTokens(Path run, Set<Integer> numbers) {
    Path directory = directory(run);
    if (!Files.isDirectory(directory)) {
      return;
    }
    Set<String> kept = new HashSet<>();
    numbers.forEach(n -> kept.add(name(n, TOKENS)));
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        boolean over = name.endsWith(TOKENS) && !kept.contains(name);
        if (over || name.startsWith(".")) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException e) {
      throw new DataException(directory + " cannot be tidied: " + FileErrors.reason(e), e);
    }
  }

  private static Path directory(Path run) {
    return run.resolve("rollouts");
  }

  private static Path file(Path run, int number, String end) {
    return directory(run).resolve(name(number, end));
  }

  private static String name(int number, String end) {
    return String.format(Locale.ROOT, "%06d%s", number, end);
  }
}
