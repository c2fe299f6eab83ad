package dev.fettle.cli;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;

/** The machine's memory, where the JVM can tell. */
final class MachineMemory {
  private static final long MIB = 1 << 20;

  private MachineMemory() {}

  static String describe() {
    try {
      Object bytes =
          ManagementFactory.getPlatformMBeanServer()
              .getAttribute(
                  new ObjectName(ManagementFactory.OPERATING_SYSTEM_MXBEAN_NAME),
                  "TotalPhysicalMemorySize");
      return ", " + ((Number) bytes).longValue() / MIB + " MiB in the machine";
    } catch (JMException e) {
      return "";
    }
  }
}
