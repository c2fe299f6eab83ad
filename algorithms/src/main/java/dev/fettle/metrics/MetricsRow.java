package dev.fettle.metrics;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What one logged step says: names and numbers, in the order they were put. Names are those users
 * of other trainers know ({@code loss}, {@code grad_norm}, {@code rewards/chosen}, {@code
 * eval_loss}).
 *
 * @param step the optimizer steps done, from 1; written as {@code step}
 * @param values each a {@link Long} or a {@link Double}; a double may be NaN or infinite
 */
public record MetricsRow(long step, Map<String, Number> values) {

  /** Keeps a copy, in its order. */
  public MetricsRow {
    for (Map.Entry<String, Number> e : values.entrySet()) {
      if (e.getKey().isEmpty() || e.getKey().equals("step")) {
        throw new IllegalArgumentException("not a name for a metric: '" + e.getKey() + "'");
      }
      if (!(e.getValue() instanceof Long) && !(e.getValue() instanceof Double)) {
        throw new IllegalArgumentException(e.getKey() + " must be a long or a double");
      }
    }
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /** Begins the row of a step. */
  public static Builder at(long step) {
    return new Builder(step);
  }

  /** The value of that name, if the row has it. */
  public OptionalDouble get(String name) {
    Number n = values.get(name);
    return n == null ? OptionalDouble.empty() : OptionalDouble.of(n.doubleValue());
  }

  /** The same row with every name prefixed, as {@code eval_}. */
  public MetricsRow prefixed(String prefix) {
    Map<String, Number> out = new LinkedHashMap<>();
    values.forEach((name, value) -> out.put(prefix + name, value));
    return new MetricsRow(step, out);
  }

  /** Collects the values of one row. */
  public static final class Builder {
    private final long step;
    private final Map<String, Number> values = new LinkedHashMap<>();

    private Builder(long step) {
      this.step = step;
    }

    /** Adds a real number; a later value of the same name replaces the earlier. */
    public Builder put(String name, double value) {
      values.put(name, value);
      return this;
    }

    /** Adds a count. */
    public Builder put(String name, long value) {
      values.put(name, value);
      return this;
    }

    /** Adds all of them, in their order. */
    public Builder putAll(Map<String, Double> more) {
      values.putAll(more);
      return this;
    }

    /** The row. */
    public MetricsRow build() {
      return new MetricsRow(step, values);
    }
  }
}
