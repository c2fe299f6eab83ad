package dev.fettle.harness.run;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.fettle.checkpoint.Checkpoint;
import dev.fettle.checkpoint.Provenance.DataFile;
import dev.fettle.files.AtomicFile;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.model.PolicyPlan;
import dev.fettle.models.head.RewardHead;
import dev.fettle.train.Evaluations.Best;
import dev.fettle.train.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A trained model's card ({@code README.md}), with the front matter the Hugging Face Hub reads. It
 * names files without their directories, which are nobody's business.
 *
 * @param config of the run
 * @param plan what was trained
 * @param of the checkpoint the model is
 * @param reached where the run ended
 * @param metrics the run's last
 */
record ModelCard(
    RunConfig config, PolicyPlan plan, Checkpoint of, Progress reached, LoggedMetrics metrics) {
  static final String FILE = "README.md";

  /** How the Hub names a model. */
  private static final Pattern HUB_NAME =
      Pattern.compile("[A-Za-z0-9][\\w.-]{0,95}/[A-Za-z0-9][\\w.-]{0,95}");

  /** Writes it into a directory. */
  void write(Path directory) throws IOException {
    AtomicFile.write(directory.resolve(FILE), text());
  }

  String text() {
    List<String> lines = new ArrayList<>();
    frontMatter(lines);
    lines.add("");
    lines.add("# " + plain(config.run().name()));
    lines.add("");
    lines.add(introduction());
    data(lines);
    settings(lines);
    results(lines);
    return String.join("\n", lines) + "\n";
  }

  private boolean adapter() {
    return plan.adapter().isPresent();
  }

  private void frontMatter(List<String> lines) {
    lines.add("---");
    hubName().ifPresent(name -> lines.add("base_model: " + quoted(name)));
    lines.add("library_name: " + (adapter() ? "peft" : "transformers"));
    boolean reward = plan.spec().findHead(RewardHead.class).isPresent();
    lines.add("pipeline_tag: " + (reward ? "text-classification" : "text-generation"));
    lines.add("tags:");
    lines.add("- fettle");
    lines.add("- " + quoted(config.algorithm().type()));
    if (adapter()) {
      lines.add("- lora");
    }
    lines.add("---");
  }

  /** JSON's strings are YAML's too. */
  private static String quoted(String text) {
    return TextNode.valueOf(text).toString();
  }

  private Optional<String> hubName() {
    String name = plan.files().config().json().path("_name_or_path").asText();
    return HUB_NAME.matcher(name).matches() ? Optional.of(name) : Optional.empty();
  }

  private String base() {
    return hubName().orElseGet(() -> String.valueOf(plan.files().directory().getFileName()));
  }

  private String introduction() {
    String what =
        plan.settings().fresh()
            ? "A model of fresh weights, made like `%s` and trained"
            : (adapter() ? "An adapter for `%s`, trained" : "`%s`, trained on");
    return String.format(what, plain(base()))
        + " with Fettle "
        + of.provenance().fettle()
        + " (`algorithm: "
        + plain(config.algorithm().type())
        + "`). Weights of step "
        + of.step()
        + (of.step() == reached.step() ? "." : ", the best of " + reached.step() + ".");
  }

  private void data(List<String> lines) {
    lines.addAll(List.of("", "## Data", "", "| File | Bytes | SHA-256 |", "|---|---|---|"));
    for (DataFile file : new LinkedHashSet<>(of.provenance().data())) {
      Path name = Path.of(file.path()).getFileName();
      lines.add(
          "| `"
              + plain(String.valueOf(name))
              + "` | "
              + file.bytes()
              + " | "
              + file.sha256()
              + " |");
    }
  }

  private void settings(List<String> lines) {
    lines.addAll(List.of("", "## Settings", "", "| Setting | Value |", "|---|---|"));
    Map<String, Object> values = new TreeMap<>();
    values.put("optimizer", config.optimizer().rule().type());
    values.put("learning rate", config.optimizer().learningRate());
    values.put("schedule", config.optimizer().schedule().type());
    values.put("weight decay", config.optimizer().weightDecay());
    values.put("largest gradient norm", config.optimizer().clipNorm());
    values.put("steps", reached.step());
    values.put("rows a step", config.train().batchSize());
    values.put("tokens trained on", reached.tokens());
    values.put("packing", word(config.data().packing()));
    values.put(
        "precision of matrix products",
        switch (config.model().precision()) {
          case FULL -> "f32";
          case TF32 -> "tf32";
          case BF16 -> "bf16";
        });
    values.put("seed", config.run().seed());
    values.put("backend", of.provenance().backend() + " " + of.provenance().backendVersion());
    plan.adapter()
        .ifPresent(
            a -> {
              values.put("LoRA rank", a.config().lora().rank());
              values.put("LoRA alpha", a.config().lora().alpha());
            });
    values.forEach(
        (name, value) -> lines.add("| " + name + " | " + plain(value.toString()) + " |"));
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private void results(List<String> lines) {
    lines.addAll(List.of("", "## Metrics", "", "| Metric | Value |", "|---|---|"));
    for (String name : List.of("loss", "mean_token_accuracy", "entropy")) {
      Double value = metrics.step().get(name);
      if (value != null) {
        lines.add("| " + name + " (last step) | " + number(value) + " |");
      }
    }
    new TreeMap<>(metrics.evaluation())
        .forEach(
            (name, value) -> lines.add("| " + plain(name) + " (last) | " + number(value) + " |"));
    Best best = reached.evaluations().best();
    if (best != null) {
      lines.add(
          "| "
              + plain(best.metric())
              + " (best, step "
              + best.step()
              + ") | "
              + number(best.value())
              + " |");
    }
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.6g", value);
  }

  /** Nothing a name holds is to be read as markup. */
  private static String plain(String text) {
    return text.replaceAll("[\\p{Cntrl}`|<>]", "_");
  }
}
