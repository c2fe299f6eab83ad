package dev.fettle.spi;

import dev.fettle.program.Program;
import java.util.Map;

/** A compiled program. */
public interface Executable extends AutoCloseable {

  /** What was compiled, after the passes. */
  Program program();

  /** What is known about it so far. */
  ExecutableStats stats();

  /**
   * Runs once. State slots the program writes have their new contents afterwards; if the run fails
   * they have the old ones or the state says it is broken, never a mixture unnoticed.
   *
   * @param state holds every slot the program reads or writes
   * @param inputs one tensor for each input of the program; not changed, not kept
   * @return the program's outputs by name
   * @throws IllegalArgumentException if an input or slot is missing or does not fit, naming it
   * @throws DeviceFailureException if the device fails, as for lack of memory
   */
  Map<String, DeviceTensor> run(DeviceState state, Map<String, HostTensor> inputs);

  @Override
  void close();
}
