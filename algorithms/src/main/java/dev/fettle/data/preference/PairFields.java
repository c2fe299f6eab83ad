package dev.fettle.data.preference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fettle.data.Example;
import dev.fettle.data.encode.Encoded;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.Row;
import java.util.Optional;

/**
 * The columns of a row of preferences.
 *
 * @param row under the format's names
 */
record PairFields(Row row) {

  JsonNode required(String column) {
    return optional(column)
        .orElseThrow(() -> wrong(column, row.fields().has(column) ? "is null" : "is missing"));
  }

  Optional<JsonNode> optional(String column) {
    JsonNode value = row.fields().get(column);
    return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
  }

  /** A number. */
  double number(String column) {
    JsonNode value = required(column);
    if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
      throw wrong(column, "is " + Row.kind(value) + ", not a number");
    }
    return value.doubleValue();
  }

  /** By how much the chosen answer is better; 0 where nothing is said. */
  float margin() {
    return optional("margin").isPresent() ? (float) number("margin") : 0;
  }

  DataException wrong(String column, String what) {
    return DataException.at(
        row.origin(), "column '" + column + "' " + what + "; correct the row or delete it");
  }

  /** A pair of both answers, or why the row is left out. */
  Encoded<PreferencePair> paired(Encoded<Example> chosen, Encoded<Example> rejected) {
    return paired(chosen, rejected, Optional.empty());
  }

  /**
   * The same with another answer.
   *
   * @param target where the row has one
   */
  Encoded<PreferencePair> paired(
      Encoded<Example> chosen, Encoded<Example> rejected, Optional<Encoded<Example>> target) {
    if (target.isPresent() && target.get().example() == null) {
      return new Encoded<>(null, target.get().dropped(), false, false);
    }
    Example better = chosen.example();
    Example worse = rejected.example();
    if (better == null || worse == null) {
      return new Encoded<>(
          null, chosen.dropped() == null ? rejected.dropped() : chosen.dropped(), false, false);
    }
    return new Encoded<>(
        new PreferencePair(
            better, worse, margin(), target.flatMap(t -> Optional.ofNullable(t.example()))),
        null,
        chosen.truncated() || rejected.truncated() || target.map(Encoded::truncated).orElse(false),
        chosen.endLearnt());
  }
}
