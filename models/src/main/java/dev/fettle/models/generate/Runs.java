package dev.fettle.models.generate;

import dev.fettle.ir.DType;
import dev.fettle.models.LanguageModel;
import dev.fettle.models.generate.SamplingOptions.Choice;
import dev.fettle.models.nn.KeyValueCache;
import dev.fettle.models.nn.TokenInputs;
import dev.fettle.models.nn.TokenPlaces;
import dev.fettle.program.Program;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.spi.support.ProgramKey;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs the programs of one call, and reads what they say of the next tokens. */
final class Runs {
  private final GeneratorModel model;
  private final DeviceState state;
  private final CachePool pool;
  private final GeneratorPrograms programs;
  private final Choice choice;
  private final Wanted wanted;
  private final boolean exact;

  /**
   * Runs of a call.
   *
   * @param exact whether its caches depend on the call alone
   */
  Runs(GeneratorModel model, DeviceState state, CachePool pool, Choice choice, boolean exact) {
    this.model = model;
    this.state = state;
    this.pool = pool;
    this.programs = new GeneratorPrograms(model);
    this.choice = choice;
    this.wanted = Wanted.of(choice, vocab());
    this.exact = exact;
  }

  private int vocab() {
    return model.body().shape().vocab();
  }

  /**
   * A cache of at least so many positions.
   *
   * @param rows one of the sizes of {@link CachePool#rows}
   */
  CachePool.Entry cache(int rows, int positions) {
    return exact ? pool.takeExact(rows, positions) : pool.take(rows, positions);
  }

  /** What chooses tokens, for so many threads at a time. */
  Chooser chooser(int threads) {
    return new Chooser(choice, vocab(), threads);
  }

  /** The longest sequence the model takes. */
  int maxPositions() {
    return model.body().shape().maxPositions();
  }

  /**
   * A grid of tokens and where they stand.
   *
   * @param ids row after row
   * @param places of the tokens
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over, not compared
  record Grid(int[] ids, TokenPlaces places) {

    Map<String, HostTensor> inputs(LanguageModel model) {
      Map<String, HostTensor> inputs = new HashMap<>(TokenInputs.tensors(ids, places));
      inputs.putAll(model.inputs(inputs));
      return inputs;
    }
  }

  /**
   * Reads prompts.
   *
   * @param segments 1 in a prompt, 0 in padding
   */
  Predictions prefill(CachePool.Entry entry, Grid grid, int[] segments) {
    KeyValueCache cache = entry.cache();
    int tokens = grid.places().length();
    Map<String, HostTensor> inputs = grid.inputs(model.body());
    inputs.put(GeneratorPrograms.SEGMENTS, HostTensor.ofInts(segments, cache.rows(), tokens));
    return predictions(
        w ->
            run(
                entry.programs(),
                GeneratorPrograms.prefillName(cache, tokens, w),
                () -> programs.prefill(cache, tokens, w),
                inputs));
  }

  /** Reads one token a row. */
  Predictions decode(CachePool.Entry entry, Grid grid, int start, int[] first) {
    KeyValueCache cache = entry.cache();
    Map<String, HostTensor> inputs = grid.inputs(model.body());
    inputs.put(GeneratorPrograms.START, HostTensor.scalar(DType.I32, start));
    inputs.put(GeneratorPrograms.FIRST, HostTensor.ofInts(first, cache.rows()));
    return predictions(
        w ->
            run(
                entry.decode(),
                GeneratorPrograms.decodeName(cache, w),
                () -> programs.decode(cache, w),
                inputs));
  }

  /** Carries rows over; {@code sources} names the old row of each new one. */
  void move(CachePool.Entry from, CachePool.Entry to, int[] sources) {
    run(
        to.programs(),
        GeneratorPrograms.moveName(from.cache(), to.cache()),
        () -> programs.move(from.cache(), to.cache()),
        Map.of(GeneratorPrograms.SOURCES, HostTensor.ofInts(sources, to.cache().rows())));
  }

  private Predictions predictions(Function<Wanted, Map<String, HostTensor>> run) {
    Map<String, HostTensor> results = run.apply(wanted);
    Supplier<Predictions> whole =
        new Supplier<>() {
          private @Nullable Predictions seen;

          @Override
          public Predictions get() {
            // The same step again, which writes the same keys and values.
            if (seen == null) {
              seen = Predictions.Whole.of(run.apply(Wanted.LOGITS), vocab());
            }
            return seen;
          }
        };
    return switch (wanted) {
      case LOGITS -> Predictions.Whole.of(results, vocab());
      case BEST -> Predictions.Best.of(results, whole);
      case TOP -> new Predictions.Top(Predictions.Best.of(results, whole), choice.topK(), whole);
    };
  }

  private Map<String, HostTensor> run(
      ProgramCache.Share share,
      String name,
      Supplier<Program> trace,
      Map<String, HostTensor> inputs) {
    Executable program = share.get(ProgramKey.of(name), trace);
    Map<String, HostTensor> results = new HashMap<>();
    program
        .run(state, inputs)
        .forEach(
            (output, tensor) -> {
              try (DeviceTensor t = tensor) {
                results.put(output, t.toHost());
              }
            });
    return results;
  }
}
