package dev.fettle.models.generate;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.models.LanguageModel;
import dev.fettle.models.ModelShape;
import dev.fettle.models.generate.GeneratorPrograms.Sizes;
import dev.fettle.models.nn.Linears;
import dev.fettle.models.nn.Slots;
import dev.fettle.models.nn.TokenInputs;
import dev.fettle.models.random.RandomStream;
import dev.fettle.program.Slot;
import dev.fettle.spi.Backend;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Generates text from the policy's own slots with a key-value cache: one prefill over the prompts,
 * then one decode a token; the next tokens are chosen on the host. Prompts of different length are
 * padded on the left.
 */
public final class Generator implements AutoCloseable {
  /** Prompts and caches are rounded up to a multiple of this, so that programs are shared. */
  private static final int ROUNDING = 32;

  private final Backend backend;
  private final ModelShape shape;
  private final DeviceState state;
  private final GeneratorPrograms programs;
  private final CompileOptions compile;
  private final Map<Sizes, Executable> compiled = new HashMap<>();

  /**
   * A generator over parameters in state.
   *
   * @param state holds the model's parameters and tables; the cache is added to it
   */
  public Generator(
      Backend backend,
      LanguageModel model,
      Linears linears,
      Precision precision,
      DeviceState state) {
    this(backend, model, state, new GeneratorOptions(linears, precision, CompileOptions.DEFAULT));
  }

  /**
   * A generator over parameters in state.
   *
   * @param state holds the model's parameters and tables; the cache is added to it
   */
  public Generator(
      Backend backend, LanguageModel model, DeviceState state, GeneratorOptions options) {
    this.backend = backend;
    this.shape = model.shape();
    this.state = state;
    this.programs = new GeneratorPrograms(model, options.linears(), options.precision());
    this.compile = options.compile();
  }

  /**
   * Continues prompts.
   *
   * @param prompts token ids, each at least one
   * @return one generation a prompt, in order
   * @throws IllegalArgumentException if a prompt is empty, names an unknown token, or leaves no
   *     room for a new token
   */
  public List<Generation> generate(
      List<int[]> prompts, SamplingOptions options, TokenListener listener) {
    return generate(prompts, options, StopCondition.never(), listener);
  }

  /**
   * Continues prompts, each until a stop token, a condition of the caller's, or the limit.
   *
   * @param prompts token ids, each at least one
   * @param stop asked after each new token whether its sequence is over
   * @return one generation a prompt, in order
   * @throws IllegalArgumentException if a prompt is empty, names an unknown token, or leaves no
   *     room for a new token
   */
  public List<Generation> generate(
      List<int[]> prompts, SamplingOptions options, StopCondition stop, TokenListener listener) {
    prompts.forEach(this::check);
    int longest = prompts.stream().mapToInt(p -> p.length).max().orElse(0);
    if (longest == 0) {
      return List.of();
    }
    // The last new token is only given out, never read: it needs no position.
    int room = shape.maxPositions() - longest + 1;
    int wanted = Math.min(options.maxNewTokens(), room);
    int padded = Math.min(rounded(longest), shape.maxPositions());
    int capacity = rounded(padded + wanted);
    allocateCache(prompts.size(), capacity);
    Batch batch = new Batch(prompts, padded, new Rules(options, stop, listener));
    float[] logits = run(new Sizes(prompts.size(), padded, capacity), batch.prefill());
    for (int i = 0; i < wanted; i++) {
      batch.choose(logits, shape.vocab());
      if (batch.done() || i == wanted - 1) {
        break;
      }
      logits = run(new Sizes(prompts.size(), 1, capacity), batch.decode(padded + i));
    }
    return batch.results();
  }

  private void check(int[] prompt) {
    if (prompt.length == 0) {
      throw new IllegalArgumentException("a prompt is empty; give at least one token");
    }
    if (prompt.length > shape.maxPositions()) {
      throw new IllegalArgumentException(
          "a prompt of "
              + prompt.length
              + " tokens leaves no room: the model takes "
              + shape.maxPositions());
    }
    for (int id : prompt) {
      if (id < 0 || id >= shape.vocab()) {
        throw new IllegalArgumentException(
            "token id " + id + " is outside the model's vocabulary of " + shape.vocab());
      }
    }
  }

  private static int rounded(int n) {
    return (n + ROUNDING - 1) / ROUNDING * ROUNDING;
  }

  /** Makes the cache slots, or makes them anew where their size has changed. */
  private void allocateCache(int rows, int capacity) {
    TensorType type =
        TensorType.of(
            DType.F32,
            new Dim("batch", rows),
            new Dim("kvHeads", shape.kvHeads()),
            new Dim("key", capacity),
            new Dim("headDim", shape.headDim()));
    Set<Slot> there = Set.copyOf(state.slots());
    Set<String> names = there.stream().map(Slot::name).collect(Collectors.toSet());
    for (int layer = 0; layer < shape.layers(); layer++) {
      for (String what : List.of("key", "value")) {
        Slot slot = new Slot(Slots.cache(layer, what), type);
        if (!there.contains(slot)) {
          if (names.contains(slot.name())) {
            state.release(slot.name());
          }
          state.allocate(slot);
        }
      }
    }
  }

  private float[] run(Sizes sizes, Map<String, HostTensor> inputs) {
    Executable program =
        compiled.computeIfAbsent(sizes, s -> backend.compile(programs.write(s), compile));
    Map<String, HostTensor> declared = new HashMap<>(inputs);
    declared.keySet().retainAll(program.program().inputs().keySet());
    try (DeviceTensor logits = program.run(state, declared).get(GeneratorPrograms.LOGITS)) {
      if (logits == null) {
        throw new IllegalStateException("the program gave no logits");
      }
      return logits.toHost().toFloats();
    }
  }

  /** How tokens are chosen, when a sequence is over, and who is told. */
  private record Rules(SamplingOptions options, StopCondition stop, TokenListener listener) {

    /** Tells of a new token; true where it is the sequence's last. */
    boolean isLast(int row, int id) {
      listener.onToken(row, id);
      // Asked of a stop token too: the condition may keep count of the tokens.
      boolean over = stop.endsWith(row, id);
      return over || options.stopIds().contains(id);
    }
  }

  /** The sequences being generated together. */
  private static final class Batch {
    private final List<int[]> prompts;
    private final int padded;
    private final Rules rules;
    private final List<Sampler> samplers = new ArrayList<>();
    private final List<List<Integer>> fresh = new ArrayList<>();
    private final boolean[] stopped;

    Batch(List<int[]> prompts, int padded, Rules rules) {
      this.prompts = prompts;
      this.padded = padded;
      this.rules = rules;
      this.stopped = new boolean[prompts.size()];
      for (int row = 0; row < prompts.size(); row++) {
        SamplingOptions options = rules.options();
        samplers.add(
            new Sampler(
                options, RandomStream.of(options.seed(), RandomStream.Purpose.SAMPLE, row, 0)));
        fresh.add(new ArrayList<>());
      }
    }

    private int first(int row) {
      return padded - prompts.get(row).length;
    }

    Map<String, HostTensor> prefill() {
      int rows = prompts.size();
      int[] ids = new int[rows * padded];
      int[] positions = new int[rows * padded];
      for (int row = 0; row < rows; row++) {
        int[] prompt = prompts.get(row);
        for (int t = 0; t < prompt.length; t++) {
          int at = row * padded + first(row) + t;
          ids[at] = prompt[t];
          positions[at] = t;
        }
      }
      return inputs(ids, positions, padded, 0);
    }

    Map<String, HostTensor> decode(int start) {
      int rows = prompts.size();
      int[] ids = new int[rows];
      int[] positions = new int[rows];
      for (int row = 0; row < rows; row++) {
        List<Integer> own = fresh.get(row);
        ids[row] = own.get(own.size() - 1);
        positions[row] = start - first(row);
      }
      return inputs(ids, positions, 1, start);
    }

    private Map<String, HostTensor> inputs(int[] ids, int[] positions, int columns, int start) {
      int rows = prompts.size();
      int[] first = new int[rows];
      for (int row = 0; row < rows; row++) {
        first[row] = first(row);
      }
      return Map.of(
          TokenInputs.IDS, HostTensor.ofInts(ids, rows, columns),
          TokenInputs.POSITIONS, HostTensor.ofInts(positions, rows, columns),
          GeneratorPrograms.START, HostTensor.scalar(DType.I32, start),
          GeneratorPrograms.FIRST, HostTensor.ofInts(first, rows));
    }

    void choose(float[] logits, int vocab) {
      for (int row = 0; row < prompts.size(); row++) {
        List<Integer> own = fresh.get(row);
        if (stopped[row]) {
          // Keeps the row's place; what it is fed no longer matters.
          continue;
        }
        float[] mine = Arrays.copyOfRange(logits, row * vocab, (row + 1) * vocab);
        int id = samplers.get(row).next(mine, context(row));
        own.add(id);
        stopped[row] = rules.isLast(row, id);
      }
    }

    private int[] context(int row) {
      int[] prompt = prompts.get(row);
      List<Integer> own = fresh.get(row);
      int[] all = Arrays.copyOf(prompt, prompt.length + own.size());
      for (int i = 0; i < own.size(); i++) {
        all[prompt.length + i] = own.get(i);
      }
      return all;
    }

    boolean done() {
      for (boolean s : stopped) {
        if (!s) {
          return false;
        }
      }
      return true;
    }

    List<Generation> results() {
      List<Generation> all = new ArrayList<>();
      for (int row = 0; row < prompts.size(); row++) {
        int[] ids = fresh.get(row).stream().mapToInt(Integer::intValue).toArray();
        all.add(new Generation(ids, stopped[row]));
      }
      return all;
    }
  }

  @Override
  public void close() {
    compiled.values().forEach(Executable::close);
    compiled.clear();
  }
}
