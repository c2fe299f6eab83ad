package dev.fettle.backend.onnxruntime;

import dev.fettle.backend.onnxruntime.device.Cell;
import dev.fettle.backend.onnxruntime.lower.HostPlan;
import dev.fettle.backend.onnxruntime.lower.HostPlan.Update;
import dev.fettle.backend.onnxruntime.lower.Lowered;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.FusedUpdate.BlockRule;
import dev.fettle.program.Program;
import dev.fettle.spi.HostTensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * The part of a program that runs in Java after the session, over the same buffers. Every element
 * is treated by itself, so the result does not depend on the number of threads.
 */
final class HostRun {
  /** Elements one thread takes at a time. */
  private static final int PIECE = 1 << 17;

  /** Elements copied to arrays at a time: four such arrays stay in the first-level cache. */
  private static final int BLOCK = 1 << 11;

  private final Program program;
  private final Lowered lowered;
  private final HostWorkers workers;
  private final Map<Value, String> names = new HashMap<>();

  HostRun(Program program, Lowered lowered, HostWorkers workers) {
    this.program = program;
    this.lowered = lowered;
    this.workers = workers;
    program.stateIn().forEach((name, v) -> names.put(v, name));
    program.inputs().forEach((name, v) -> names.put(v, name));
  }

  /**
   * Where operands are found in this run.
   *
   * @param slots by name
   * @param inputs by name
   * @param fetched results of the session, by their names in the model
   */
  record Memory(
      Map<String, OrtSlot> slots, Map<String, HostTensor> inputs, Map<String, Cell> fetched) {}

  /** A part of one update. */
  private record Piece(Job job, int start, int length) {}

  /** One update with its memory. */
  private record Job(BlockRule rule, List<FloatBuffer> from, List<Optional<FloatBuffer>> to) {}

  /** Runs the plan. */
  void run(Memory memory) {
    List<Piece> pieces = new ArrayList<>();
    for (Update update : lowered.host().updates()) {
      Job job = job(update, memory);
      int n = job.from.get(0).capacity();
      for (int start = 0; start < n; start += PIECE) {
        pieces.add(new Piece(job, start, Math.min(PIECE, n - start)));
      }
    }
    if (!pieces.isEmpty()) {
      workers.run(pieces.size(), () -> body(pieces));
    }
    lowered.host().scatters().forEach((slot, scatter) -> scatter(slot, scatter, memory));
    lowered.host().fills().forEach((slot, x) -> fill(slot(memory, slot).current(), x));
  }

  /** The slots whose new contents {@link #run} puts into their spare buffers. */
  Set<String> swapped() {
    Set<String> slots = new HashSet<>();
    for (Update update : lowered.host().updates()) {
      update.slots().forEach(s -> s.filter(name -> !isDirect(name)).ifPresent(slots::add));
    }
    return slots;
  }

  /** The slots whose memory {@link #run} writes to while it still holds what was there. */
  Set<String> writtenInPlace() {
    Set<String> slots = new HashSet<>(lowered.host().fills().keySet());
    for (Update update : lowered.host().updates()) {
      update.slots().forEach(s -> s.filter(this::isDirect).ifPresent(slots::add));
    }
    lowered.host().scatters().keySet().stream()
        .filter(s -> lowered.isDirect(program, s))
        .forEach(slots::add);
    return slots;
  }

  private boolean isDirect(String slot) {
    return program.aliased().contains(slot) || !program.stateIn().containsKey(slot);
  }

  private Job job(Update update, Memory memory) {
    List<HostTensor> operands = update.operands().stream().map(v -> operand(v, memory)).toList();
    int tensors = update.op().tensors();
    float[] scalars = new float[operands.size() - tensors];
    for (int i = 0; i < scalars.length; i++) {
      scalars[i] = operands.get(tensors + i).floats().get(0);
    }
    List<FloatBuffer> from = new ArrayList<>();
    List<Optional<FloatBuffer>> to = new ArrayList<>();
    for (int i = 0; i < tensors; i++) {
      from.add(operands.get(i).floats());
      to.add(Optional.empty());
    }
    for (int r = 0; r < update.slots().size(); r++) {
      Optional<String> slot = update.slots().get(r);
      if (slot.isPresent()) {
        to.set(update.op().operandOf(r), Optional.of(target(slot.get(), memory)));
      }
    }
    return new Job(update.op().rule(scalars), from, to);
  }

  private FloatBuffer target(String slot, Memory memory) {
    OrtSlot s = slot(memory, slot);
    return (isDirect(slot) ? s.current() : s.spare()).host().floats();
  }

  private HostTensor operand(Value v, Memory memory) {
    String fetched = lowered.fetched().get(v);
    Cell bound = fetched == null ? null : memory.fetched().get(fetched);
    if (bound != null) {
      return bound.host();
    }
    String name = names.get(v);
    HostTensor input = name == null ? null : memory.inputs().get(name);
    if (input != null) {
      return input;
    }
    if (name == null) {
      throw new IllegalStateException("nothing computes " + v + " of " + program.name());
    }
    return slot(memory, name).current().host();
  }

  private static OrtSlot slot(Memory memory, String name) {
    OrtSlot found = memory.slots().get(name);
    if (found == null) {
      throw new IllegalStateException("slot " + name + " was not checked");
    }
    return found;
  }

  private static IntConsumer body(List<Piece> pieces) {
    int tensors = pieces.stream().mapToInt(p -> p.job.from.size()).max().orElse(0);
    float[][] blocks = new float[tensors][BLOCK];
    return i -> work(pieces.get(i), blocks);
  }

  private static void work(Piece piece, float[][] blocks) {
    Job job = piece.job;
    int end = piece.start + piece.length;
    for (int at = piece.start; at < end; at += BLOCK) {
      int n = Math.min(BLOCK, end - at);
      for (int t = 0; t < job.from.size(); t++) {
        job.from.get(t).get(at, blocks[t], 0, n);
      }
      job.rule.apply(blocks, n);
      for (int t = 0; t < job.to.size(); t++) {
        Optional<FloatBuffer> to = job.to.get(t);
        if (to.isPresent()) {
          to.get().put(at, blocks[t], 0, n);
        }
      }
    }
  }

  /** Adds rows to where the session has just put the rest of the slot's new contents. */
  private void scatter(String slot, HostPlan.Scatter scatter, Memory memory) {
    OrtSlot s = slot(memory, slot);
    boolean direct = lowered.isDirect(program, slot);
    FloatBuffer to = (direct ? s.current() : s.spare()).host().floats();
    HostTensor indices = operand(scatter.indices(), memory);
    FloatBuffer updates = operand(scatter.updates(), memory).floats();
    int width = Math.toIntExact(updates.capacity() / indices.elements());
    float[] row = new float[width];
    float[] update = new float[width];
    for (int i = 0; i < indices.elements(); i++) {
      int at = Math.multiplyExact((int) indices.get(i), width);
      to.get(at, row);
      updates.get(i * width, update);
      for (int k = 0; k < width; k++) {
        row[k] += update[k];
      }
      to.put(at, row);
    }
  }

  private static void fill(Cell cell, double value) {
    if (Double.doubleToRawLongBits(value) == 0) {
      cell.clear();
      return;
    }
    HostTensor target = cell.host();
    if (target.elements() == 0) {
      return;
    }
    target.set(0, value);
    ByteBuffer bytes = target.bytes();
    // Doubling: each copy repeats what is already there.
    for (int done = target.dtype().bytes(); done < bytes.capacity(); ) {
      int n = Math.min(done, Math.min(bytes.capacity() - done, 1 << 16));
      bytes.put(done, bytes, 0, n);
      done += n;
    }
  }
}
