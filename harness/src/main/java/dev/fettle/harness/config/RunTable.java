package dev.fettle.harness.config;

import dev.fettle.settings.AlgorithmKeys;
import dev.fettle.settings.AlgorithmSettings;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The table of all keys of a run. */
final class RunTable {
  private static final String DEFAULT_ALGORITHM = "sft";

  private static final String NO_ROWS =
      ", but neither data.eval nor data.evalFraction says what to evaluate on";

  private RunTable() {}

  /** Where a run may have one of these algorithms, each with its own keys. */
  static Keys<RunConfig> of(Collection<? extends AlgorithmKeys> algorithms) {
    Keys<RunConfig> keys =
        Keys.of(
                RunConfig.class,
                Key.section("run", RunSettings.KEYS, "which run this is"),
                Key.section("backend", BackendSettings.KEYS, "what computes"),
                Key.section("model", ModelSettings.KEYS, "what is trained"),
                Key.section(
                    "tokenizer",
                    TokenizerSettings.KEYS,
                    "what its tokenizer is given beside its files"),
                Key.section("algorithm", algorithm(algorithms), "what is optimized"),
                Key.section("data", DataSettings.KEYS, "the rows and how they become batches"),
                Key.section("optimizer", OptimizerSettings.KEYS, "how the weights move"),
                Key.section("train", TrainSettings.KEYS, "how long, and what is kept"),
                Key.choice("track", Track.class, "where metrics go")
                    .list()
                    .otherwise(List.of(Track.CONSOLE, Track.JSONL))
                    .also("report_to"))
            .rule(
                "tokenizer.chatTemplate",
                c -> c.tokenizer().chatTemplate().isEmpty() || c.data().chatTemplate().isEmpty(),
                c -> "is given beside data.chatTemplate; keep one of them")
            .rule(
                "train.evalEvery",
                c -> c.train().evalEvery() == 0 || evaluates(c),
                c -> "is " + c.train().evalEvery() + NO_ROWS)
            .rule(
                "train.evalAtStart",
                c -> !c.train().evalAtStart() || evaluates(c),
                c -> "is true" + NO_ROWS)
            .rule(
                "train.keepBest",
                c -> c.train().keepBest().isEmpty() || evaluates(c),
                c -> "compares evaluations" + NO_ROWS)
            .rule(
                "train.earlyStopping",
                c -> c.train().earlyStopping().isEmpty() || evaluates(c),
                c -> "compares evaluations" + NO_ROWS);
    return OtherTrainers.noted(keys);
  }

  private static boolean evaluates(RunConfig config) {
    return config.data().evaluates();
  }

  private static Keys<AlgorithmSettings> algorithm(Collection<? extends AlgorithmKeys> algorithms) {
    Map<String, Keys<? extends AlgorithmSettings>> byType = new LinkedHashMap<>();
    algorithms.forEach(a -> byType.put(a.type(), a.keys()));
    Key<String> type = Key.text("type", "the algorithm");
    return Keys.byType(
        AlgorithmSettings.class,
        AlgorithmSettings::type,
        byType.containsKey(DEFAULT_ALGORITHM) ? type.otherwise(DEFAULT_ALGORITHM) : type,
        byType);
  }
}
