package dev.fettle.backend.tensorflow;

import dev.fettle.backend.tensorflow.lower.VariableGraph.Variable;
import dev.fettle.ir.DType;
import dev.fettle.ir.TensorType;
import dev.fettle.program.Slot;
import dev.fettle.spi.DeviceFailureException;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.Pieces;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.tensorflow.Result;
import org.tensorflow.Tensor;

/**
 * Named resource variables of the backend's session.
 *
 * <p>Making and filling slots is put off until somebody looks, and then done in one run: a session
 * prepares every new combination of nodes anew, which takes longer than the work.
 */
final class TensorFlowState implements DeviceState {
  private final TensorFlowBackend backend;
  private final String name;
  private final Map<String, Variable> variables = new LinkedHashMap<>();
  private final Map<String, Optional<Tensor>> pending = new LinkedHashMap<>();
  private final Set<String> mayShare = new HashSet<>();
  private final Map<String, String> broken = new HashMap<>();
  private final Map<String, Long> refilled = new HashMap<>();
  private boolean closed;

  TensorFlowState(TensorFlowBackend backend, String name) {
    this.backend = backend;
    this.name = name;
  }

  private VariablePool pool() {
    return backend.runtime().variables();
  }

  @Override
  public void allocate(Slot slot) {
    requireUsable();
    if (variables.containsKey(slot.name())) {
      throw new IllegalArgumentException("slot " + slot.name() + " exists already in " + name);
    }
    backend.requireRoom("state " + name, slot.type().bytes());
    variables.put(slot.name(), pool().take(slot));
    pending.put(slot.name(), Optional.empty());
  }

  @Override
  public void allocate(List<Slot> slots) {
    requireUsable();
    backend.requireRoom("state " + name, slots.stream().mapToLong(s -> s.type().bytes()).sum());
    DeviceState.super.allocate(slots);
  }

  @Override
  public void upload(String slot, HostTensor tensor) {
    requireUsable();
    Variable v = variable(slot);
    if (!tensor.fits(v.slot().type())) {
      throw new IllegalArgumentException(
          "slot " + slot + " holds " + v.slot().type() + ", not " + tensor);
    }
    Optional<Tensor> before = pending.put(slot, Optional.of(HostTransfer.toNative(tensor)));
    if (before != null) {
      before.ifPresent(Tensor::close);
    }
    broken.remove(slot);
  }

  @Override
  public void upload(String slot, long from, HostTensor part) {
    requireUsable();
    Variable v = variable(slot);
    Pieces.check(v.slot(), from, part);
    Optional<Tensor> waiting = pending.get(slot);
    // What a slot made just now holds are zeros; what is in the graph is copied out first.
    Tensor whole = waiting == null ? copyOf(v) : waiting.orElseGet(() -> zeros(v.slot().type()));
    pending.put(slot, Optional.of(whole));
    HostTransfer.put(whole, from, part);
    if (broken.containsKey(slot)) {
      refill(v.slot(), from, part.elements());
    }
  }

  /** What a failed run may have half written is whole again once all of it has been replaced. */
  private void refill(Slot slot, long from, long count) {
    long until = from == 0 ? 0 : refilled.getOrDefault(slot.name(), 0L);
    long now = from == until ? until + count : until;
    refilled.put(slot.name(), now);
    if (now == slot.type().shape().elements()) {
      refilled.remove(slot.name());
      broken.remove(slot.name());
    }
  }

  /** The contents of a slot where they can be changed before they are assigned to it again. */
  private Tensor copyOf(Variable v) {
    return read(
        v,
        now -> {
          Tensor copy = HostTransfer.empty(v.slot().type());
          now.asRawTensor().data().copyTo(copy.asRawTensor().data(), now.numBytes());
          return copy;
        });
  }

  private static Tensor zeros(TensorType type) {
    Tensor tensor = HostTransfer.empty(type);
    for (Pieces piece : Pieces.of(type)) {
      HostTransfer.put(
          tensor, piece.from(), HostTensor.allocate(type.dtype(), (long) piece.count()));
    }
    return tensor;
  }

  @Override
  public HostTensor download(String slot, long from, int count) {
    requireUsable();
    Variable v = variable(slot);
    requireWhole(slot);
    Pieces.check(v.slot(), from, count);
    DType dtype = v.slot().type().dtype();
    settle();
    long bytes = (long) count * dtype.bytes();
    try (Result part = pool().read(variable(slot), from * dtype.bytes(), bytes)) {
      return HostTransfer.part(part.get(0), dtype, 0, count);
    }
  }

  @Override
  public HostTensor download(String slot) {
    requireUsable();
    Variable v = variable(slot);
    requireWhole(slot);
    return read(v, t -> HostTransfer.toHost(t, v.slot().type()));
  }

  /** Makes something of the bytes of one variable's own buffer. */
  private <T> T read(Variable wanted, Function<Tensor, T> use) {
    settle();
    // Settling may have moved the slot to another variable.
    try (Result result = pool().read(variable(wanted.slot().name()))) {
      return use.apply(result.get(0));
    }
  }

  @Override
  public void release(String slot) {
    requireUsable();
    Variable v = variable(slot);
    variables.remove(slot);
    mayShare.remove(slot);
    broken.remove(slot);
    refilled.remove(slot);
    Optional<Tensor> unused = pending.remove(slot);
    if (unused != null) {
      unused.ifPresent(Tensor::close);
    }
    pool().giveBack(List.of(v));
  }

  @Override
  public List<Slot> slots() {
    requireUsable();
    return variables.values().stream().map(Variable::slot).toList();
  }

  @Override
  public long bytes() {
    requireUsable();
    return variables.values().stream().mapToLong(v -> v.slot().type().bytes()).sum();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    pending.values().forEach(t -> t.ifPresent(Tensor::close));
    pending.clear();
    pool().giveBack(variables.values());
    variables.clear();
    backend.forget(this);
  }

  /** The variable of a slot, if there is one. */
  Optional<Variable> find(String slot) {
    return Optional.ofNullable(variables.get(slot));
  }

  /** Makes and fills what has been put off. */
  void settle() {
    requireUsable();
    if (pending.isEmpty()) {
      return;
    }
    if (!pool().has(variables.values())) {
      backend.moveIfMostlyGone();
    }
    pool().write(variables.values());
    Map<String, Tensor> feeds = new LinkedHashMap<>();
    List<String> targets = new ArrayList<>();
    pending.forEach(
        (slot, contents) -> {
          Variable v = variable(slot);
          contents.ifPresent(t -> feeds.put(v.fed(), t));
          targets.add(contents.isPresent() ? v.assign() : v.zero());
        });
    try {
      backend.runtime().run(feeds, targets);
    } catch (RuntimeException e) {
      markBroken(pending.keySet(), "making it failed");
      throw failure(e);
    } finally {
      feeds.values().forEach(Tensor::close);
      pending.clear();
    }
  }

  /** Notes that the buffers of these slots may be those of other slots, too. */
  void share(Collection<String> slots) {
    mayShare.addAll(slots);
  }

  /** Sees to it that the buffers of these slots are nobody else's. */
  void own(Collection<String> slots) {
    List<Variable> shared = slots.stream().filter(mayShare::contains).map(this::variable).toList();
    if (shared.isEmpty()) {
      return;
    }
    pool().own(shared);
    shared.forEach(v -> mayShare.remove(v.slot().name()));
  }

  private RuntimeException failure(RuntimeException e) {
    if (!RunFailure.isOutOfMemory(e)) {
      return e;
    }
    return new DeviceFailureException(
        "state "
            + name
            + " failed on "
            + backend.device()
            + ": out of memory: "
            + FirstLine.of(String.valueOf(e.getMessage()))
            + " (its slots take "
            + (bytes() >> 20)
            + " MiB"
            + backend.gpu().map(g -> "; " + g.taken()).orElse("")
            + "). Make the model smaller, or set backend.device: cpu",
        e);
  }

  /** Says that the contents of these slots can no longer be trusted; the others' can. */
  void markBroken(Collection<String> slots, String why) {
    slots.forEach(slot -> broken.put(slot, why));
  }

  /** Says that a run has given these slots new contents. */
  void written(Collection<String> slots) {
    broken.keySet().removeAll(slots);
  }

  void requireUsable() {
    if (closed) {
      throw new IllegalStateException("state " + name + " is closed");
    }
  }

  /** Requires that a slot holds what was last written to it. */
  void requireWhole(String slot) {
    String why = broken.get(slot);
    if (why != null) {
      throw new IllegalStateException(
          "slot "
              + slot
              + " of state "
              + name
              + " is broken: "
              + why
              + "; restore it from a checkpoint");
    }
  }

  private Variable variable(String slot) {
    Variable v = variables.get(slot);
    if (v == null) {
      throw new IllegalArgumentException("state " + name + " has no slot " + slot);
    }
    return v;
  }

  /**
   * Takes the slots to another session. Their buffers go along: what is fetched is the variable's
   * own buffer, and what is fed becomes it.
   */
  void move(TensorFlowRuntime from, TensorFlowRuntime to) {
    List<Variable> filled =
        variables.values().stream().filter(v -> !pending.containsKey(v.slot().name())).toList();
    List<Variable> lost = filled.stream().filter(v -> broken.containsKey(v.slot().name())).toList();
    lost.forEach(v -> pending.put(v.slot().name(), Optional.empty()));
    filled = filled.stream().filter(v -> !broken.containsKey(v.slot().name())).toList();
    if (!filled.isEmpty()) {
      // Tensors leave the result's ownership: each lives until it has been fed.
      @SuppressWarnings("resource")
      Result result = from.run(Map.of(), filled.stream().map(Variable::read).toList(), List.of());
      for (int i = 0; i < filled.size(); i++) {
        pending.put(filled.get(i).slot().name(), Optional.of(result.get(i)));
      }
    }
    variables.replaceAll((slot, v) -> to.variables().take(v.slot()));
  }

  @Override
  public String toString() {
    return name;
  }
}
