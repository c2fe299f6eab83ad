package dev.fettle.backend.tensorflow;

import dev.fettle.backend.tensorflow.lower.ProgramLowering.Lowered;
import dev.fettle.backend.tensorflow.lower.VariableGraph.Variable;
import dev.fettle.ir.Value;
import dev.fettle.program.Program;
import dev.fettle.program.Slot;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.Executable;
import dev.fettle.spi.ExecutableStats;
import dev.fettle.spi.HostTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Result;
import org.tensorflow.Tensor;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * A lowered program. Its graph is written once and added to the session once for each state it runs
 * with, at the first such run, with that state's variables; freed variables are used again.
 */
final class TensorFlowExecutable implements Executable {
  /** Sets of variables the program is kept in the graph with: those of so many states. */
  private static final int REMEMBERED = 8;

  private final TensorFlowBackend backend;
  private final Program program;
  private final Lowered lowered;
  private final double compileMillis;
  private final List<String> notes;
  private final Map<Map<String, Variable>, SessionEnds> added = new LinkedHashMap<>();
  private final List<TensorFlowResult> results = new ArrayList<>();
  private Optional<Placement> placement = Optional.empty();
  private long runs;
  private boolean closed;

  /** What the session knows the program by, with some state's variables. */
  private record SessionEnds(
      TensorFlowRuntime runtime,
      Map<String, String> feeds,
      List<String> fetches,
      List<String> targets) {}

  TensorFlowExecutable(
      TensorFlowBackend backend,
      Program program,
      Lowered lowered,
      List<String> notes,
      double compileMillis) {
    this.backend = backend;
    this.program = program;
    this.lowered = lowered;
    this.notes = notes;
    this.compileMillis = compileMillis;
  }

  @Override
  public Program program() {
    return program;
  }

  @Override
  public ExecutableStats stats() {
    int nodes = program.graph().nodes().size();
    List<String> facts = new ArrayList<>(notes);
    placement.ifPresent(
        p -> {
          facts.add(p.toString());
          facts.add("memory predicted: " + MemoryEstimate.of(program));
        });
    return new ExecutableStats(
        nodes,
        compileMillis,
        runs,
        lowered.inPlace().size(),
        facts,
        backend.gpu().isEmpty()
            ? Map.of(Device.CPU.toString(), nodes)
            : placement.map(p -> p.on(backend.device())).orElse(Map.of()));
  }

  @Override
  public Map<String, DeviceTensor> run(DeviceState state, Map<String, HostTensor> inputs) {
    if (closed) {
      throw new IllegalStateException("program " + program.name() + " is closed");
    }
    TensorFlowState own = backend.ownState(state);
    checkInputs(inputs);
    variables(own);
    free();
    backend.moveIfMostlyGone();
    own.settle();
    SessionEnds ends = ends(variables(own));
    own.own(lowered.overwritten());
    return run(own, ends, inputs);
  }

  private Map<String, DeviceTensor> run(
      TensorFlowState state, SessionEnds ends, Map<String, HostTensor> inputs) {
    Map<String, DeviceTensor> outputs = new LinkedHashMap<>();
    if (ends.fetches.isEmpty() && ends.targets.isEmpty()) {
      return outputs;
    }
    Map<String, Tensor> feeds = new LinkedHashMap<>();
    try {
      ends.feeds.forEach(
          (input, node) -> feeds.put(node, HostTransfer.toNative(present(inputs, input))));
      // Tensors leave the result's ownership: each lives until it is closed, or the next run.
      @SuppressWarnings("resource")
      Result result = run(feeds, ends);
      int i = 0;
      for (Map.Entry<String, Value> output : program.outputs().entrySet()) {
        TensorFlowResult r = new TensorFlowResult(output.getValue().type(), result.get(i++));
        results.add(r);
        outputs.put(output.getKey(), r);
      }
    } catch (TensorFlowException | IllegalStateException | OutOfMemoryError e) {
      throw failure(state, e);
    } finally {
      feeds.values().forEach(Tensor::close);
    }
    state.share(shared());
    state.written(lowered.writers().keySet());
    runs++;
    return outputs;
  }

  private Result run(Map<String, Tensor> feeds, SessionEnds ends) {
    return backend
        .gpu()
        .map(gpu -> gpu.run(lowered.tf32(), () -> runIn(backend.runtime(), feeds, ends)))
        .orElseGet(() -> runIn(backend.runtime(), feeds, ends));
  }

  private Result runIn(TensorFlowRuntime runtime, Map<String, Tensor> feeds, SessionEnds ends) {
    Optional<Path> profile = backend.profile();
    if (profile.isEmpty() && backend.gpu().isPresent() && placement.isEmpty()) {
      Result result = runtime.placed(feeds, ends.fetches, ends.targets);
      placement = result.getMetadata().map(Placement::of);
      return result;
    }
    if (profile.isEmpty()) {
      return runtime.run(feeds, ends.fetches, ends.targets);
    }
    Result result = runtime.traced(feeds, ends.fetches, ends.targets);
    result.getMetadata().ifPresent(m -> RunTrace.of(m).write(profile.get(), program.name()));
    return result;
  }

  /**
   * Slots whose buffers may be those of others after a run: those assigned, and those they may have
   * been assigned from.
   */
  private Collection<String> shared() {
    boolean assigns = !lowered.inPlace().containsAll(lowered.writers().keySet());
    return assigns ? lowered.slots().keySet() : List.of();
  }

  private RuntimeException failure(TensorFlowState state, Throwable cause) {
    state.markBroken(
        lowered.writers().keySet(), "program " + program.name() + " failed while it ran");
    return RunFailure.of(program, backend.device(), backend.gpu(), cause);
  }

  private void checkInputs(Map<String, HostTensor> inputs) {
    program
        .inputs()
        .forEach(
            (name, v) -> {
              HostTensor given = present(inputs, name);
              if (!given.fits(v.type())) {
                throw new IllegalArgumentException(
                    "program "
                        + program.name()
                        + " takes input "
                        + name
                        + " as "
                        + v.type()
                        + ", not "
                        + given);
              }
            });
  }

  private HostTensor present(Map<String, HostTensor> inputs, String name) {
    HostTensor given = inputs.get(name);
    if (given == null) {
      throw new IllegalArgumentException(
          "program " + program.name() + " needs input " + name + "; given " + inputs.keySet());
    }
    return given;
  }

  private Map<String, Variable> variables(TensorFlowState state) {
    Map<String, Variable> found = new LinkedHashMap<>();
    for (Slot slot : lowered.slots().values()) {
      Variable v =
          state
              .find(slot.name())
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "program "
                              + program.name()
                              + " needs slot "
                              + slot.name()
                              + ", which state "
                              + state
                              + " does not have"));
      boolean fits =
          v.slot().type().dtype() == slot.type().dtype()
              && v.slot().type().shape().sameSizes(slot.type().shape());
      if (!fits) {
        throw new IllegalArgumentException(
            "program "
                + program.name()
                + " needs slot "
                + slot.name()
                + " as "
                + slot.type()
                + "; state "
                + state
                + " has "
                + v.slot().type());
      }
      if (program.stateIn().containsKey(slot.name())) {
        state.requireWhole(slot.name());
      }
      found.put(slot.name(), v);
    }
    return found;
  }

  private SessionEnds ends(Map<String, Variable> variables) {
    SessionEnds known = added.remove(variables);
    if (known == null || known.runtime != backend.runtime()) {
      known = add(variables);
    }
    // Those longest unused come first.
    added.put(variables, known);
    if (added.size() > REMEMBERED) {
      retire(added.remove(added.keySet().iterator().next()));
    }
    return known;
  }

  private void retire(@Nullable SessionEnds ends) {
    if (ends != null && ends.runtime == backend.runtime()) {
      ends.runtime.retire(TensorFlowRuntime.count(lowered.graph()));
    }
  }

  /** Adds the graph to the session with a state's variables in it. */
  private SessionEnds add(Map<String, Variable> variables) {
    GraphDef.Builder graph = lowered.graph().toBuilder();
    for (NodeDef.Builder node : graph.getNodeBuilderList()) {
      if (node.getOp().equals("VarHandleOp")) {
        String slot = node.getAttrOrThrow("shared_name").getS().toStringUtf8();
        String shared = Objects.requireNonNull(variables.get(slot)).sharedName();
        node.putAttr("shared_name", TensorFlowBackend.string(shared));
      }
    }
    String prefix = backend.runtime().addUnderPrefix(graph.build());
    Map<String, String> feeds = new LinkedHashMap<>();
    lowered.inputs().forEach((input, node) -> feeds.put(input, prefix + node));
    return new SessionEnds(
        backend.runtime(),
        feeds,
        lowered.outputs().values().stream().map(n -> prefix + n).toList(),
        lowered.writers().values().stream().map(n -> prefix + n).distinct().toList());
  }

  private void free() {
    results.forEach(TensorFlowResult::close);
    results.clear();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      free();
      added.values().forEach(this::retire);
      added.clear();
      backend.forget(this);
    }
  }
}
