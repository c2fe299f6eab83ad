package dev.fettle.cli;

import dev.fettle.harness.run.Terminal;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The {@code fettle} command. Without a subcommand it prints its usage. */
@Command(
    name = "fettle",
    description = "Fine-tune and align language models on the JVM.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      QuickstartCommand.class,
      TrainCommand.class,
      RowsCommand.class,
      ScoreCommand.class,
      GenerateCommand.class,
      SampleCommand.class,
      BestOfCommand.class,
      FeedbackCommand.class,
      CompareCommand.class,
      AuditCommand.class,
      InitCommand.class,
      MergeCommand.class,
      DoctorCommand.class
    },
    footer = {
      "",
      "Exit codes: 0 done, 1 failed, 2 something in the configuration, the data or the options is"
          + " wrong, 130 stopped by Ctrl-C (go on with --resume; sample, best-of and feedback with the"
          + " same command)."
    })
public final class Main implements Runnable {
  /** Stopped by a signal, as shells number it. */
  static final int STOPPED = 130;

  @Spec private CommandSpec spec;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "With an error, also show where in the program it arose.")
  private boolean verbose;

  private final Terminal terminal;

  private Main(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] args) {
    System.exit(run(args, System.out, System.err));
  }

  /**
   * Runs the command in this process.
   *
   * @param out what it prints to; progress bars appear only if this is a terminal
   * @param err where errors are told
   * @return the exit code
   */
  public static int run(String[] args, PrintStream out, PrintStream err) {
    boolean watched = out == System.out && TerminalBars.available();
    Main main =
        new Main(
            new Terminal(out, watched ? Optional.of(new TerminalBars(out)) : Optional.empty()));
    CommandLine line =
        new CommandLine(main)
            .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
            .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setUsageHelpAutoWidth(true);
    line.setExecutionExceptionHandler(new Failures(() -> main.verbose));
    int code = line.execute(args);
    line.getOut().flush();
    line.getErr().flush();
    return code;
  }

  /** Where commands show progress. */
  Terminal terminal() {
    return terminal;
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** The version the jar's manifest carries. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"fettle " + (version == null ? "development build" : version)};
    }
  }
}
