package dev.fettle.backend.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.fettle.backend.onnxruntime.device.Cell;
import dev.fettle.backend.onnxruntime.device.HostMemory;
import dev.fettle.backend.onnxruntime.device.Memory;
import dev.fettle.backend.onnxruntime.lower.FlatProgram;
import dev.fettle.backend.onnxruntime.lower.Lowered;
import dev.fettle.ir.Value;
import dev.fettle.program.Program;
import dev.fettle.spi.DeviceFailureException;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.Executable;
import dev.fettle.spi.ExecutableStats;
import dev.fettle.spi.HostTensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A session over bound buffers, then the host's part. Slots that may be are written in place,
 * others into a second buffer that is swapped in when everything has succeeded.
 */
final class OrtExecutable implements Executable {
  private final OrtEnvironment environment;
  private final Memory memory;
  private final Memory results;
  private final FlatProgram flat;
  private final Program shown;
  private final Program program;
  private final Lowered lowered;
  private @Nullable ProgramSessions sessions;
  private final HostRun host;
  private final ExecutableStats compiled;
  private final RunChecks checks;
  private final Consumer<OrtExecutable> whenClosed;

  /** Slots whose new contents are put beside the old ones. */
  private final Set<String> swapped = new HashSet<>();

  /** Outputs of the model that go to the caller or to the host's part. */
  private final Map<String, Value> buffered = new LinkedHashMap<>();

  private final Map<String, Cell> buffers = new HashMap<>();
  private final List<OrtResult> given = new ArrayList<>();
  private long runs;
  private boolean closed;

  /**
   * What an executable is made of.
   *
   * @param environment the runtime's
   * @param memory that state lies in
   * @param results the host's memory, which results go to
   * @param program after the passes
   * @param flat the same as it is run
   * @param lowered the model and what follows it
   * @param sessions none where the host does everything
   * @param workers for the host's part
   * @param stats as compiled
   * @param whenClosed told once
   */
  record LoadedProgram(
      OrtEnvironment environment,
      Memory memory,
      Memory results,
      Program program,
      FlatProgram flat,
      Lowered lowered,
      @Nullable ProgramSessions sessions,
      HostWorkers workers,
      ExecutableStats stats,
      Consumer<OrtExecutable> whenClosed) {}

  OrtExecutable(LoadedProgram loaded) {
    this.environment = loaded.environment();
    this.memory = loaded.memory();
    this.results = loaded.results();
    this.flat = loaded.flat();
    this.shown = loaded.program();
    this.program = flat.program();
    this.lowered = loaded.lowered();
    this.sessions = loaded.sessions();
    this.host = new HostRun(program, lowered, loaded.workers());
    this.compiled = loaded.stats();
    this.checks = new RunChecks(shown, lowered);
    swapped.addAll(host.swapped());
    lowered.slotResults().keySet().stream().filter(s -> !isDirect(s)).forEach(swapped::add);
    lowered
        .results()
        .forEach(
            (name, result) ->
                Optional.ofNullable(program.outputs().get(name))
                    .ifPresent(v -> buffered.put(result, v)));
    lowered.fetched().forEach((v, result) -> buffered.put(result, v));
    this.whenClosed = loaded.whenClosed();
  }

  @Override
  public Program program() {
    return shown;
  }

  @Override
  public ExecutableStats stats() {
    List<String> notes = new ArrayList<>(compiled.notes());
    if (sessions != null && sessions.packed() > 0) {
      notes.add("weights kept packed by the runtime: x" + sessions.packed());
    }
    return new ExecutableStats(
        compiled.nodes(), compiled.compileMillis(), runs, compiled.aliasedSlots(), notes);
  }

  @Override
  public Map<String, DeviceTensor> run(DeviceState state, Map<String, HostTensor> inputs) {
    if (closed) {
      throw new IllegalStateException("program " + program.name() + " is closed");
    }
    Map<String, OrtSlot> slots = checks.check(state, inputs);
    OrtState own = (OrtState) state;
    given.forEach(OrtResult::close);
    given.clear();
    slots.putAll(own.rows(flat));
    requireMemory(slots);
    compute(own, slots, inputs);
    own.markWhole(shown.stateOut().keySet());
    runs++;
    return results();
  }

  /** Refuses a run for whose results and new contents there is no room, before anything is lost. */
  private void requireMemory(Map<String, OrtSlot> slots) {
    long spares = 0;
    for (String slot : swapped) {
      spares += slotOf(slots, slot).bytesForSpare();
    }
    long fresh = 0;
    for (Map.Entry<String, Value> result : buffered.entrySet()) {
      fresh += buffers.containsKey(result.getKey()) ? 0 : result.getValue().type().bytes();
    }
    String what = "a run of program " + program.name();
    if (memory == results) {
      require(memory, what, spares + fresh);
    } else {
      require(memory, what, spares);
      require(results, what, fresh);
    }
  }

  private static void require(Memory memory, String what, long bytes) {
    if (bytes > 0) {
      memory.require(what, bytes);
    }
  }

  /** Runs the session, then the host's part; whatever goes wrong, no half written slot passes. */
  private void compute(OrtState own, Map<String, OrtSlot> slots, Map<String, HostTensor> inputs) {
    Map<String, Cell> targets = targets(slots);
    Set<String> half = new TreeSet<>();
    boolean done = false;
    try {
      shown.stateOut().keySet().forEach(slot -> slotOf(slots, slot).changing());
      if (sessions != null) {
        lowered.slotResults().keySet().stream().filter(this::isDirect).forEach(half::add);
        runSessions(sessions, slots, inputs, targets);
      }
      half.addAll(host.writtenInPlace());
      host.run(new HostRun.Memory(slots, inputs, buffers));
      swapped.forEach(slot -> slotOf(slots, slot).swap());
      done = true;
    } catch (OrtException | RuntimeException | OutOfMemoryError e) {
      throw new DeviceFailureException(failure(e, flat.members(half)), e);
    } finally {
      if (!done) {
        own.markBroken(flat.members(half));
      }
    }
  }

  private String failure(Throwable e, Set<String> half) {
    return "program "
        + program.name()
        + " failed: "
        + e.getMessage()
        + (half.isEmpty()
            ? ""
            : ". The slots it was updating in place are unusable until uploaded again: " + half);
  }

  /** True where a slot's new contents go straight into its memory. */
  private boolean isDirect(String slot) {
    return lowered.isDirect(program, slot);
  }

  private static OrtSlot slotOf(Map<String, OrtSlot> slots, String slot) {
    OrtSlot found = slots.get(slot);
    if (found == null) {
      throw new IllegalStateException("slot " + slot + " was not checked");
    }
    return found;
  }

  /** The buffer each output of the model is written to. */
  private Map<String, Cell> targets(Map<String, OrtSlot> slots) {
    Map<String, Cell> targets = new LinkedHashMap<>();
    lowered
        .slotResults()
        .forEach(
            (slot, result) -> {
              OrtSlot s = slotOf(slots, slot);
              targets.put(result, isDirect(slot) ? s.current() : s.spare());
            });
    buffered.forEach((result, v) -> targets.put(result, buffer(result, v)));
    return targets;
  }

  private Cell buffer(String result, Value v) {
    return buffers.computeIfAbsent(result, r -> results.allocate("result " + r, v.type()));
  }

  private void runSessions(
      ProgramSessions runner,
      Map<String, OrtSlot> slots,
      Map<String, HostTensor> inputs,
      Map<String, Cell> targets)
      throws OrtException {
    Map<String, OnnxTensor> feeds = new HashMap<>();
    Map<String, OnnxTensor> pinned = new HashMap<>();
    targets.forEach((name, bound) -> pinned.put(name, bound.tensor()));
    List<OnnxTensor> owned = new ArrayList<>();
    try {
      for (String name : lowered.feeds()) {
        HostTensor input = inputs.get(name);
        if (input != null && program.inputs().containsKey(name)) {
          OnnxTensor tensor = HostMemory.tensor(environment, input);
          owned.add(tensor);
          feeds.put(name, tensor);
        } else {
          feeds.put(name, slotOf(slots, name).current().tensor());
        }
      }
      runner.run(slots, feeds, pinned);
    } finally {
      owned.forEach(OnnxTensor::close);
    }
  }

  private Map<String, DeviceTensor> results() {
    Map<String, DeviceTensor> out = new LinkedHashMap<>();
    program
        .outputs()
        .forEach(
            (name, v) -> {
              Cell bound = buffers.get(lowered.results().get(name));
              if (bound == null) {
                throw new IllegalStateException("output " + name + " was not computed");
              }
              OrtResult result = new OrtResult(name, v.type(), bound.host());
              given.add(result);
              out.put(name, result);
            });
    return out;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    given.forEach(OrtResult::close);
    given.clear();
    buffers.values().forEach(Cell::close);
    buffers.clear();
    if (sessions != null) {
      sessions.close();
      sessions = null;
    }
    whenClosed.accept(this);
  }
}
