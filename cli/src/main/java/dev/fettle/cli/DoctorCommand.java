package dev.fettle.cli;

import dev.fettle.harness.Fettle;
import dev.fettle.harness.doctor.BackendCheckup;
import dev.fettle.harness.doctor.CheckupJson;
import dev.fettle.harness.doctor.GpuCheckup;
import dev.fettle.spi.Device;
import dev.fettle.spi.cuda.Gpus;
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
      "Lists the machine's GPUs, the backends found, their versions and devices, threads and"
          + " memory, and takes one training step of a tiny model on each device of each, whose"
          + " outcome is known. Times the products of a layer in each precision and says which one"
          + " pays."
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
    Gpus gpus = Fettle.gpus();
    if (gpus.visible().isEmpty()) {
      out.printf("gpu       %s%n", gpus);
    }
    gpus.visible().forEach(gpu -> out.printf("gpu       %s%n", gpu));
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
      c.gpus().forEach(g -> print(out, g));
    }
    return exitCode(checkups);
  }

  private static void print(PrintWriter out, GpuCheckup g) {
    out.printf("  %-9s  %s%n", g.device(), g.detail());
    if (g.usable()) {
      out.printf("  self-test  %s%n", g.selfTest());
    }
    g.products().ifPresent(p -> out.printf("  products   %s%n", p));
  }

  private static int exitCode(List<BackendCheckup> checkups) {
    return !checkups.isEmpty() && checkups.stream().allMatch(BackendCheckup::runs) ? 0 : 1;
  }

  private static String memory(Runtime runtime) {
    return runtime.maxMemory() / MIB + " MiB heap at most" + MachineMemory.describe();
  }
}
