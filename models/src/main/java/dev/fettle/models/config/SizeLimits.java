package dev.fettle.models.config;

import java.util.List;

/**
 * What sizes a {@code config.json} may state. A model is written into a graph, and its tables made,
 * before its weights are looked at: a size beyond these is a mistake, or malice, and is answered at
 * once. All are well above those of any model.
 */
final class SizeLimits {
  private static final int LAYERS = 4096;
  private static final int WIDTH = 1 << 20;
  private static final int HEADS = 1 << 16;
  private static final int VOCAB = 1 << 24;

  /** Numbers in a table of angles, of which there are two. */
  private static final long ANGLES = 1L << 27;

  private static final double PARAMETERS = 1e12;

  private SizeLimits() {}

  /**
   * Checks sizes one by one, and what they make together.
   *
   * @throws ModelFileException naming the key that is too large
   */
  static Dimensions check(ConfigKeys keys, Dimensions dims) {
    limit(keys, dims.layers(), LAYERS, "num_hidden_layers", "n_layer");
    limit(keys, dims.hidden(), WIDTH, "hidden_size", "n_embd");
    limit(keys, dims.intermediate(), 4 * WIDTH, "intermediate_size", "n_inner");
    limit(keys, dims.heads(), HEADS, "num_attention_heads", "n_head");
    limit(keys, dims.kvHeads(), HEADS, "num_key_value_heads");
    limit(keys, dims.headDim(), HEADS, "head_dim");
    limit(keys, dims.vocab(), VOCAB, "vocab_size");
    long positions = ANGLES / Math.max(1, dims.headDim() / 2);
    limit(keys, dims.maxPositions(), positions, "max_position_embeddings", "n_positions");
    double parameters = parameters(dims);
    if (parameters > PARAMETERS) {
      throw keys.problem(
          present(keys, List.of("hidden_size", "n_embd")),
          String.format(
              "and the sizes beside it make a model of %.0e parameters, more than the %.0e that"
                  + " are read; correct the sizes",
              parameters, PARAMETERS));
    }
    return dims;
  }

  /** About as many; in double, which cannot overflow. */
  private static double parameters(Dimensions d) {
    double attention = (double) d.hidden() * d.headDim() * 2 * (d.heads() + d.kvHeads());
    double mlp = 2.0 * d.hidden() * d.intermediate();
    return d.layers() * (attention + mlp) + (double) d.vocab() * d.hidden();
  }

  private static void limit(ConfigKeys keys, long value, long most, String... names) {
    if (value > most) {
      throw keys.problem(
          present(keys, List.of(names)),
          "is " + value + ", more than the " + most + " that are read; correct it");
    }
  }

  /** The name the file uses; the first where it is a default. */
  private static String present(ConfigKeys keys, List<String> names) {
    return names.stream().filter(keys::has).findFirst().orElse(names.get(0));
  }
}
