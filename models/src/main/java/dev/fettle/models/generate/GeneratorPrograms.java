package dev.fettle.models.generate;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.models.LanguageModel;
import dev.fettle.models.nn.CachedAttention;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.models.nn.Linears;
import dev.fettle.models.nn.ModelScope;
import dev.fettle.models.nn.Params;
import dev.fettle.models.nn.TokenInputs;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import java.util.List;

/**
 * Writes the program of generation: some new tokens through the body, their keys and values into
 * the cache, the logits of the last one out. With many tokens it is prefill, with one decode.
 */
final class GeneratorPrograms {
  static final String START = "start";
  static final String FIRST = "first";
  static final String LOGITS = "logits";

  private final LanguageModel model;
  private final Linears linears;
  private final Precision precision;

  GeneratorPrograms(LanguageModel model, Linears linears, Precision precision) {
    this.model = model;
    this.linears = linears;
    this.precision = precision;
  }

  /**
   * The sizes of a program.
   *
   * @param rows sequences side by side
   * @param fresh new tokens of each
   * @param capacity positions of the cache
   */
  record Sizes(int rows, int fresh, int capacity) {
    /** Tells programs of different sizes apart, as where they are dumped. */
    String programName() {
      return (fresh == 1 ? "decode_" : "prefill_") + rows + "x" + fresh + "_" + capacity;
    }
  }

  Program write(Sizes sizes) {
    ProgramBuilder b = new ProgramBuilder(sizes.programName());
    GraphBuilder g = b.g();
    TokenInputs tokens = TokenInputs.declare(b, sizes.rows(), sizes.fresh());
    Value start = b.input(START, TensorType.scalar(DType.I32));
    Value first = b.input(FIRST, TensorType.of(DType.I32, tokens.batch()));
    ModelScope scope =
        new ModelScope(
            g,
            new Params(b, name -> false),
            linears,
            new CachedAttention(b, sizes.capacity(), start, first),
            new ForwardOptions(precision, false));
    Value hidden = model.hidden(scope, tokens);
    Dim embed = hidden.shape().dim(1);
    Value rows = g.reshape(hidden, tokens.batch(), tokens.seq(), embed);
    Value last =
        g.slice(
            rows,
            List.of(0L, sizes.fresh() - 1L, 0L),
            List.of((long) sizes.rows(), 1L, embed.size()));
    Value flat = g.reshape(last, tokens.batch(), embed);
    b.output(LOGITS, g.matmul(flat, model.head(scope), false, true, precision));
    return b.build();
  }
}
