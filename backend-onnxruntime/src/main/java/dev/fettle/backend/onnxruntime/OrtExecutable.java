package dev.fettle.backend.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.fettle.backend.onnxruntime.device.Cell;
import dev.fettle.backend.onnxruntime.device.Memory;
import dev.fettle.backend.onnxruntime.device.Placement;
import dev.fettle.backend.onnxruntime.lower.FlatProgram;
import dev.fettle.backend.onnxruntime.lower.Lowered;
import dev.fettle.ir.Value;
import dev.fettle.program.Program;
import dev.fettle.spi.Device;
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
  private final Memory memory;
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
  private final RunInputs given;
  private final List<OrtResult> out = new ArrayList<>();
  private long runs;
  private boolean closed;

  /**
   * What an executable is made of.
   *
   * @param environment the runtime's
   * @param memory that state lies in
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
      Program program,
      FlatProgram flat,
      Lowered lowered,
      @Nullable ProgramSessions sessions,
      HostWorkers workers,
      ExecutableStats stats,
      Consumer<OrtExecutable> whenClosed) {}

  OrtExecutable(LoadedProgram loaded) {
    this.memory = loaded.memory();
    this.given = new RunInputs(loaded.environment(), memory);
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
    if (sessions != null && sessions.graphs() > 0) {
      notes.add("runs replayed as one graph of kernels: x" + sessions.graphs());
    }
    if (sessions != null && sessions.packed() > 0) {
      notes.add("weights kept packed by the runtime: x" + sessions.packed());
    }
    Placement placement = sessions == null ? Placement.UNKNOWN : sessions.placement();
    placement.note().ifPresent(notes::add);
    Map<String, Integer> on =
        memory.isHost() ? Map.of(Device.CPU.toString(), compiled.nodes()) : placement.nodes();
    return new ExecutableStats(
        compiled.nodes(), compiled.compileMillis(), runs, compiled.aliasedSlots(), notes, on);
  }

  @Override
  public Map<String, DeviceTensor> run(DeviceState state, Map<String, HostTensor> inputs) {
    if (closed) {
      throw new IllegalStateException("program " + program.name() + " is closed");
    }
    Map<String, OrtSlot> slots = checks.check(state, inputs);
    OrtState own = (OrtState) state;
    out.forEach(OrtResult::close);
    out.clear();
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
    long bytes = spares + fresh + given.bytesFor(program.inputs());
    if (bytes > 0) {
      memory.require("a run of program " + program.name(), bytes);
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
      throw RunFailure.of(program, lowered, memory, flat.members(half), e);
    } finally {
      if (!done) {
        own.markBroken(flat.members(half));
      }
    }
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
    return buffers.computeIfAbsent(result, r -> memory.allocate("result " + r, v.type()));
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
    try {
      for (String name : lowered.feeds()) {
        HostTensor input = inputs.get(name);
        Value declared = program.inputs().get(name);
        feeds.put(
            name,
            input != null && declared != null
                ? given.tensor(name, declared, input)
                : slotOf(slots, name).current().tensor());
      }
      if (runner.records(feeds, pinned)) {
        record(runner, slots, new Ends(feeds, pinned));
      }
      runner.run(slots, feeds, pinned);
    } finally {
      given.left();
    }
  }

  private record Ends(Map<String, OnnxTensor> feeds, Map<String, OnnxTensor> pinned) {}

  /** Has a run recorded, which runs the program twice, and undoes what that does to slots. */
  private void record(ProgramSessions runner, Map<String, OrtSlot> slots, Ends ends)
      throws OrtException {
    List<Cell> overwritten =
        lowered.slotResults().keySet().stream()
            .filter(slot -> isDirect(slot) && program.stateIn().containsKey(slot))
            .map(slot -> slotOf(slots, slot).current())
            .toList();
    try (Snapshot before = new Snapshot(memory, overwritten)) {
      runner.run(slots, ends.feeds(), ends.pinned());
      before.restore();
    } catch (DeviceFailureException e) {
      // No room for the copies: then every kernel is launched by itself.
      runner.recordNothing();
    }
  }

  private Map<String, DeviceTensor> results() {
    Map<String, DeviceTensor> all = new LinkedHashMap<>();
    program
        .outputs()
        .forEach(
            (name, v) -> {
              Cell bound = buffers.get(lowered.results().get(name));
              if (bound == null) {
                throw new IllegalStateException("output " + name + " was not computed");
              }
              OrtResult result = new OrtResult(name, v.type(), bound);
              out.add(result);
              all.put(name, result);
            });
    return all;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    out.forEach(OrtResult::close);
    out.clear();
    buffers.values().forEach(Cell::close);
    buffers.clear();
    given.close();
    if (sessions != null) {
      sessions.close();
      sessions = null;
    }
    whenClosed.accept(this);
  }
}
