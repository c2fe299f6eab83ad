package dev.fettle.cli;

import dev.fettle.harness.feedback.Feedback;
import dev.fettle.harness.feedback.ReviseConfig;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code fettle feedback revise}. */
@Command(
    name = "revise",
    mixinStandardHelpOptions = true,
    description = {
      "Let a model criticise and revise answers, and write pairs of the last revision and the first"
          + " answer.",
      "",
      "The first answers stand in the rows, or a model gives them first. The same command goes on"
          + " with a job that was broken off, by Ctrl-C or otherwise; see docs/feedback.md."
    })
final class ReviseCommand implements Callable<Integer> {
  @ParentCommand private FeedbackCommand parent;
  @Spec private CommandSpec spec;
  @Mixin private FeedbackMixin options;

  @Override
  public Integer call() {
    ReviseConfig config = ReviseConfig.read(options.config(), options.overrides());
    FeedbackText text = new FeedbackText(config.source().out(), spec.commandLine().getOut());
    return options.run(
        parent.main().terminal(), spec, watch -> Feedback.revise(config, watch), text);
  }
}
