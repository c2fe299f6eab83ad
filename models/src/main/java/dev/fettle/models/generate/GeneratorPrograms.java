package dev.fettle.models.generate;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.models.head.LmHead;
import dev.fettle.models.nn.AttentionStrategy;
import dev.fettle.models.nn.CachedAttention;
import dev.fettle.models.nn.FillingAttention;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.models.nn.KeyValueCache;
import dev.fettle.models.nn.ModelScope;
import dev.fettle.models.nn.PackedAttention;
import dev.fettle.models.nn.Params;
import dev.fettle.models.nn.TokenInputs;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import java.util.List;
import java.util.Locale;

/**
 * Writes the programs of generation. Prefill reads prompts and fills a cache, decode reads one more
 * token a row, move carries rows from one cache to another.
 */
final class GeneratorPrograms {
  static final String START = "start";
  static final String FIRST = "first";
  static final String SEGMENTS = "segment_ids";
  static final String SOURCES = "sources";
  static final String LOGITS = "logits";
  static final String IDS = "ids";
  static final String TOTALS = "totals";

  private final GeneratorModel model;

  GeneratorPrograms(GeneratorModel model) {
    this.model = model;
  }

  /** The name of a program, which is all that tells it from others. */
  static String prefillName(KeyValueCache cache, int tokens, Wanted wanted) {
    return "prefill_" + cache.rows() + "x" + tokens + "_" + cache.positions() + suffix(wanted);
  }

  static String decodeName(KeyValueCache cache, Wanted wanted) {
    return "decode_" + cache.name() + suffix(wanted);
  }

  static String moveName(KeyValueCache from, KeyValueCache to) {
    return "move_" + from.name() + "_" + to.name();
  }

  private static String suffix(Wanted wanted) {
    return wanted == Wanted.LOGITS ? "" : "_" + wanted.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Prompts of {@code tokens} tokens, padded on the left, into a cache. Inputs: ids, positions, and
   * segments that are 1 in the prompt and 0 in the padding.
   */
  Program prefill(KeyValueCache cache, int tokens, Wanted wanted) {
    ProgramBuilder b = new ProgramBuilder(prefillName(cache, tokens, wanted));
    TokenInputs inputs = TokenInputs.declare(b, cache.rows(), tokens);
    Value segments = b.input(SEGMENTS, inputs.ids().type());
    predict(b, inputs, new FillingAttention(b, cache, new PackedAttention(segments)), wanted);
    return b.build();
  }

  /** One token a row into a cache at {@code start}; a row's own tokens begin at {@code first}. */
  Program decode(KeyValueCache cache, Wanted wanted) {
    ProgramBuilder b = new ProgramBuilder(decodeName(cache, wanted));
    TokenInputs inputs = TokenInputs.declare(b, cache.rows(), 1);
    Value start = b.input(START, TensorType.scalar(DType.I32));
    Value first = b.input(FIRST, TensorType.of(DType.I32, inputs.batch()));
    predict(b, inputs, new CachedAttention(b, cache, start, first), wanted);
    return b.build();
  }

  /** Row i of the one cache becomes row {@code sources[i]} of the other. */
  Program move(KeyValueCache from, KeyValueCache to) {
    ProgramBuilder b = new ProgramBuilder(moveName(from, to));
    GraphBuilder g = b.g();
    Value sources = b.input(SOURCES, TensorType.of(DType.I32, new Dim("batch", to.rows())));
    for (int i = 0; i < from.slots().size(); i++) {
      Slot target = to.slots().get(i);
      Value rows = g.gather(b.state(from.slots().get(i), false), sources);
      b.write(target.name(), resized(g, rows, target.type().shape().dim(2)));
    }
    return b.build();
  }

  private static Value resized(GraphBuilder g, Value rows, Dim positions) {
    long more = positions.size() - rows.shape().size(2);
    return more < 0
        ? g.sliceAxis(rows, 2, 0, positions)
        : g.pad(rows, List.of(0L, 0L, 0L, 0L), List.of(0L, 0L, more, 0L), 0);
  }

  private void predict(
      ProgramBuilder b, TokenInputs inputs, AttentionStrategy attention, Wanted wanted) {
    GraphBuilder g = b.g();
    ModelScope scope =
        new ModelScope(
            g,
            new Params(b, p -> false),
            model.spec().linears(),
            attention,
            new ForwardOptions(model.precision(), false));
    Value hidden = model.body().hidden(scope, inputs);
    Dim embed = hidden.shape().dim(1);
    Value rows = g.reshape(hidden, inputs.batch(), inputs.seq(), embed);
    Value last =
        g.slice(
            rows,
            List.of(0L, inputs.seq().size() - 1, 0L),
            List.of(inputs.batch().size(), 1L, embed.size()));
    Value flat = g.reshape(last, inputs.batch(), embed);
    give(b, model.spec().head(LmHead.class).apply(scope, flat), wanted);
  }

  private static void give(ProgramBuilder b, Value logits, Wanted wanted) {
    GraphBuilder g = b.g();
    if (wanted == Wanted.LOGITS) {
      b.output(LOGITS, logits);
      return;
    }
    Value largest = g.reduceMax(logits, List.of(1));
    // Not a number where a logit is not, and where the largest is infinite.
    Value sum = g.sum(g.exp(g.sub(logits, g.broadcastColumn(largest, logits.shape()))), List.of(1));
    b.output(TOTALS, g.add(largest, g.log(sum)));
    if (wanted == Wanted.BEST) {
      b.output(LOGITS, largest);
      b.output(IDS, g.argmax(logits, 1));
    } else {
      List<Value> top = g.topK(logits, Wanted.COUNT);
      b.output(LOGITS, top.get(0));
      b.output(IDS, top.get(1));
    }
  }
}
