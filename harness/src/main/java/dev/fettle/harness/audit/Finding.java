package dev.fettle.harness.audit;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One thing that was looked at.
 *
 * @param id a short name that stays, as {@code kl}
 * @param title in words
 * @param verdict whether it is worth a look
 * @param measured what was measured, in a sentence with its numbers; of what was not, why
 * @param from the first step, or table of answers, it is from; 0 where nothing was measured
 * @param to the last one
 * @param numbers by name
 * @param limits what they were held against
 * @param meaning what it may mean; empty unless worth a look
 * @param advice what can be tried; empty unless worth a look
 */
public record Finding(
    String id,
    String title,
    Verdict verdict,
    String measured,
    long from,
    long to,
    Map<String, Double> numbers,
    String limits,
    String meaning,
    String advice) {

  /** Whether a finding is worth a look. */
  public enum Verdict {
    /** It left the limits. */
    NOTABLE,
    /** It is within the limits. */
    WITHIN,
    /** The run did not measure it. */
    NOT_MEASURED
  }

  /** Copies the map. */
  public Finding {
    numbers = Collections.unmodifiableMap(new LinkedHashMap<>(numbers));
  }

  /** Of something the run did not measure. */
  static Finding notMeasured(String id, String title, String why) {
    return new Finding(id, title, Verdict.NOT_MEASURED, why, 0, 0, Map.of(), "", "", "");
  }

  /** Begins one. */
  static Draft of(String id, String title) {
    return new Draft(id, title);
  }

  /** A finding in the making. */
  static final class Draft {
    private final String id;
    private final String title;
    private final Map<String, Double> numbers = new LinkedHashMap<>();
    private long from;
    private long to;
    private String measured = "";
    private String limits = "";

    private Draft(String id, String title) {
      this.id = id;
      this.title = title;
    }

    Draft over(Series series) {
      from = series.firstStep();
      to = series.lastStep();
      return this;
    }

    Draft number(String name, double value) {
      numbers.put(name, value);
      return this;
    }

    /** The step of a point, as a number. */
    Draft at(String name, Series.Point point) {
      return number(name, (double) point.step());
    }

    Draft measured(String sentence) {
      measured = sentence;
      return this;
    }

    Draft limits(String words) {
      limits = words;
      return this;
    }

    /** The finding: where it is not notable, what it may mean is left out. */
    Finding judged(boolean notable, String meaning, String advice) {
      return new Finding(
          id,
          title,
          notable ? Verdict.NOTABLE : Verdict.WITHIN,
          measured,
          from,
          to,
          numbers,
          limits,
          notable ? meaning : "",
          notable ? advice : "");
    }
  }
}
