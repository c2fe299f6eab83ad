package dev.fettle.cli;

import dev.fettle.harness.feedback.Feedback;
import dev.fettle.harness.feedback.LabelConfig;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code fettle feedback label}. */
@Command(
    name = "label",
    mixinStandardHelpOptions = true,
    description = {
      "Let a judge compare or score the answers to prompts, and write pairs of a better and a worse"
          + " one.",
      "",
      "The answers stand in the rows, or a model gives them first. Each comparison is asked in both"
          + " orders. The same command goes on with a job that was broken off, by Ctrl-C or"
          + " otherwise; see docs/feedback.md."
    })
final class LabelCommand implements Callable<Integer> {
  @ParentCommand private FeedbackCommand parent;
  @Spec private CommandSpec spec;
  @Mixin private FeedbackMixin options;

  @Override
  public Integer call() {
    LabelConfig config = LabelConfig.read(options.config(), options.overrides());
    FeedbackText text = new FeedbackText(config.source().out(), spec.commandLine().getOut());
    return options.run(
        parent.main().terminal(), spec, watch -> Feedback.label(config, watch), text);
  }
}
