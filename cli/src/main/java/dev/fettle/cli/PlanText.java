package dev.fettle.cli;

import dev.fettle.harness.run.RunPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A run's plan in words, one line a matter. */
record PlanText(RunPlan plan) {

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    plan.rows().forEach((name, report) -> lines.add(name + " rows  " + report.summary()));
    RunPlan.Steps steps = plan.steps();
    lines.add(
        text(
            "steps       %,d, %,d an epoch: %.2f epochs, about %,.0f tokens",
            steps.total(),
            steps.perEpoch(),
            steps.epochs(),
            steps.epochs() * plan.tokensPerEpoch()));
    if (steps.from() > 0) {
      lines.add(
          text("            %,d of them are taken; --resume goes on after them", steps.from()));
    }
    lines.add(
        text(
            "model       %s, %,d parameters, %,d of them trained",
            plan.model().type(), plan.model().parameters(), plan.model().trained()));
    RunPlan.Bytes bytes = plan.bytes();
    lines.add(
        text(
            "memory      %s: parameters %s, gradients %s, optimizer %s; activations come on top, and"
                + " grow with train.microBatchSize and data.maxLength",
            size(bytes.state()),
            size(bytes.parameters()),
            size(bytes.gradients()),
            size(bytes.optimizer())));
    lines.add(
        text(
            "disk        %s a checkpoint, %s; %s are free",
            size(bytes.checkpoint()),
            bytes.kept() == 0 ? "all kept" : bytes.kept() + " of them at most at a time",
            size(bytes.free())));
    lines.add("backend     " + plan.backend());
    return lines;
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  private static String size(long bytes) {
    return bytes < 1L << 30
        ? text("%,.1f MiB", bytes / 1048576.0)
        : text("%,.1f GiB", bytes / 1073741824.0);
  }
}
