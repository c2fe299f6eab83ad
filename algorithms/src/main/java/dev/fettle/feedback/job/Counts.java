package dev.fettle.feedback.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.feedback.Asked;
import java.util.EnumMap;
import java.util.Map;

/** Counts of rows. For one thread. */
public final class Counts {
  private final Map<Count, Long> counts = new EnumMap<>(Count.class);

  /** How often. */
  public long of(Count count) {
    return counts.getOrDefault(count, 0L);
  }

  void add(Count count, long times) {
    counts.merge(count, times, Long::sum);
  }

  /** Counts a question. */
  void add(Asked asked) {
    add(Count.QUESTIONS, 1);
    add(Count.MALFORMED, asked.unusable().size());
    add(Count.RETRIES, asked.retries());
    add(Count.PROMPT_TOKENS, asked.usage().prompt());
    add(Count.COMPLETION_TOKENS, asked.usage().completion());
  }

  /** Those that are not zero. */
  void write(ObjectNode to) {
    counts.forEach(
        (count, times) -> {
          if (times != 0) {
            to.put(count.key(), times);
          }
        });
  }

  /** Adds those that were written. */
  void read(JsonNode from) {
    for (Count count : Count.values()) {
      add(count, from.path(count.key()).asLong(0));
    }
  }
}
