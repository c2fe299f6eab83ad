package dev.fettle.cli;

import dev.fettle.harness.Fettle;
import dev.fettle.harness.doctor.BackendCheckup;
import dev.fettle.harness.doctor.CheckupJson;
import dev.fettle.spi.Device;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fettle doctor}. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Say what can be used on this machine.",
      "",
      "Lists the backends found, their versions and devices, threads and memory, and takes one"
          + " training step of a tiny model on each, whose outcome is known. Times the products of"
          + " a layer in each precision and says which one pays."
    })
final class DoctorCommand implements Callable<Integer> {
  private static final long MIB = 1 << 20;

  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Print what was found of the backends as JSON.")
  private boolean json;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      List<BackendCheckup> checkups = Fettle.doctor();
      out.println(CheckupJson.of(checkups));
      return exitCode(checkups);
    }
    Runtime runtime = Runtime.getRuntime();
    out.printf(
        "java      %s (%s)%n",
        System.getProperty("java.version"), System.getProperty("java.vm.name"));
    out.printf(
        "machine   %s %s, %d cores%n",
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        runtime.availableProcessors());
    out.printf("memory    %s%n", memory(runtime));
    List<BackendCheckup> checkups = Fettle.doctor();
    if (checkups.isEmpty()) {
      out.println("backends  none on the class path");
      return exitCode(checkups);
    }
    for (BackendCheckup c : checkups) {
      String devices = c.devices().stream().map(Device::toString).collect(Collectors.joining(", "));
      out.printf("%n%s %s%n", c.id(), c.version());
      out.printf("  found      %s%n", c.detail());
      out.printf("  devices    %s%n", devices);
      out.printf("  self-test  %s%n", c.selfTest());
      c.products().ifPresent(p -> out.printf("  products   %s%n", p));
    }
    return exitCode(checkups);
  }

  private static int exitCode(List<BackendCheckup> checkups) {
    return !checkups.isEmpty() && checkups.stream().allMatch(BackendCheckup::runs) ? 0 : 1;
  }

  private static String memory(Runtime runtime) {
    return runtime.maxMemory() / MIB + " MiB heap at most" + MachineMemory.describe();
  }
}
