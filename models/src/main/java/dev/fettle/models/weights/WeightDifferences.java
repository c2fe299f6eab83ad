package dev.fettle.models.weights;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How stored weights differ from those a model needs.
 *
 * @param missing needed but not stored
 * @param unexpected stored but not needed
 * @param conflicts stored with another shape
 */
public record WeightDifferences(
    List<String> missing, List<String> unexpected, List<Conflict> conflicts) {
  private static final int SHOWN = 5;

  /** Keeps immutable copies. */
  public WeightDifferences {
    missing = List.copyOf(missing);
    unexpected = List.copyOf(unexpected);
    conflicts = List.copyOf(conflicts);
  }

  /** A tensor whose stored shape is not the one needed. */
  public record Conflict(String tensor, List<Long> needed, List<Long> stored) {
    @Override
    public String toString() {
      return "'" + tensor + "' is " + stored + " but should be " + needed;
    }
  }

  /**
   * Compares names and shapes; no tensor is read.
   *
   * @param needed shapes by stored name
   */
  public static WeightDifferences between(WeightSource source, Map<String, long[]> needed) {
    List<String> missing = new ArrayList<>();
    List<Conflict> conflicts = new ArrayList<>();
    needed.forEach(
        (name, shape) -> {
          if (!source.has(name)) {
            missing.add(name);
          } else if (!Arrays.equals(source.shape(name), shape)) {
            conflicts.add(new Conflict(name, boxed(shape), boxed(source.shape(name))));
          }
        });
    List<String> unexpected = source.names().stream().filter(n -> !needed.containsKey(n)).toList();
    return new WeightDifferences(missing, unexpected, conflicts);
  }

  private static List<Long> boxed(long[] shape) {
    return Arrays.stream(shape).boxed().toList();
  }

  /** True where there is no difference at all. */
  public boolean isEmpty() {
    return missing.isEmpty() && unexpected.isEmpty() && conflicts.isEmpty();
  }

  /** The same, without those unexpected tensors that may be ignored. */
  public WeightDifferences ignoringUnexpected() {
    return new WeightDifferences(missing, List.of(), conflicts);
  }

  /** One line: the shapes, then what is missing, then what is unexpected; a few of each. */
  public String describe() {
    List<String> parts = new ArrayList<>();
    if (!conflicts.isEmpty()) {
      parts.add(some(conflicts, "tensor has another shape", "tensors have other shapes"));
    }
    if (!missing.isEmpty()) {
      parts.add(some(missing, "tensor is missing", "tensors are missing"));
    }
    if (!unexpected.isEmpty()) {
      parts.add(some(unexpected, "tensor is unexpected", "tensors are unexpected"));
    }
    return String.join("; ", parts);
  }

  private static String some(List<?> all, String one, String many) {
    return all.size()
        + " "
        + (all.size() == 1 ? one : many)
        + ": "
        + all.stream().limit(SHOWN).map(Object::toString).collect(Collectors.joining(", "))
        + (all.size() > SHOWN ? ", ..." : "");
  }
}
