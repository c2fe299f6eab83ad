package dev.fettle.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code fettle feedback}. */
@Command(
    name = "feedback",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "Let a judge in place of people say which answers are better.",
      "",
      "The judge, a model here or a server, goes by a written constitution. Both commands write"
          + " rows of preferences that train takes, and a log of all that was asked and said; see"
          + " docs/feedback.md."
    },
    subcommands = {LabelCommand.class, ReviseCommand.class})
final class FeedbackCommand implements Runnable {
  @ParentCommand private Main main;
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  Main main() {
    return main;
  }
}
