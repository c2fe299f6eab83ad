package dev.fettle.models.config;

import java.util.List;

/**
 * Reads RoPE settings as transformers 5 does: from {@code rope_scaling} where it holds anything,
 * else from {@code rope_parameters}, else from the keys beside them.
 */
final class RopeKeys {
  private static final double DEFAULT_THETA = 10_000;
  private static final int LONGEST = 1 << 20;
  private static final String ORIGINAL = "original_max_position_embeddings";

  private final ConfigKeys top;
  private final ConfigKeys rope;
  private final int maxPositions;

  private RopeKeys(ConfigKeys top, int maxPositions) {
    this.top = top;
    ConfigKeys old = top.object("rope_scaling");
    this.rope = old.isEmpty() ? top.object("rope_parameters") : old;
    this.maxPositions = maxPositions;
    if (!rope.objectKeys().isEmpty()) {
      throw top.problem(
          "rope_parameters",
          "differ by layer type "
              + rope.objectKeys()
              + ", which is not supported; use one set for all layers");
    }
  }

  static RopeConfig llama(ConfigKeys keys, Dimensions dims) {
    RopeKeys rope = new RopeKeys(keys, dims.maxPositions());
    RopeConfig config =
        rope.config(
            rope.rope.number("rope_theta", keys.number("rope_theta", DEFAULT_THETA)),
            dims.headDim());
    double partial =
        rope.rope.number("partial_rotary_factor", keys.number("partial_rotary_factor", 1));
    // transformers ignores a partial factor without scaling and fails with it.
    if (partial != 1 && !(config.scaling() instanceof RopeScaling.Default)) {
      throw keys.problem("partial_rotary_factor", "must be 1 in this family, found " + partial);
    }
    if (dims.headDim() % 2 != 0) {
      throw keys.problem("head_dim", "must be even for RoPE, found " + dims.headDim());
    }
    return config;
  }

  static RopeConfig gptNeox(ConfigKeys keys, Dimensions dims) {
    RopeKeys rope = new RopeKeys(keys, dims.maxPositions());
    double partial = rope.rope.number("partial_rotary_factor", keys.number("rotary_pct", 0.25));
    int dim = (int) (dims.headDim() * partial);
    if (dim < 0 || dim > dims.headDim()) {
      throw keys.problem("rotary_pct", "must be a share of the head from 0 to 1, found " + partial);
    }
    return rope.config(
        rope.rope.number("rope_theta", keys.number("rotary_emb_base", DEFAULT_THETA)), dim);
  }

  private RopeConfig config(double theta, int dim) {
    if (theta <= 0) {
      throw top.problem("rope_theta", "must be positive, found " + theta);
    }
    RopeScaling scaling = scaling(dim);
    return new RopeConfig(theta, dim, maxPositions, reach(scaling), scaling);
  }

  /** As far as the scaling stretches the length of pretraining, or as the model says if more. */
  private int reach(RopeScaling scaling) {
    boolean stretches = !(scaling instanceof RopeScaling.Default) && rope.has("factor");
    double reach = stretches ? original() * Math.max(1, factor()) : 0;
    // Longer than any sequence that fits into memory; an angle's table must be an array.
    return (int) Math.max(maxPositions, Math.min(reach, LONGEST));
  }

  private RopeScaling scaling(int dim) {
    String type = rope.string("rope_type", rope.string("type", "default"));
    return switch (type) {
      case "default" -> new RopeScaling.Default();
      case "linear" -> new RopeScaling.Linear(factor());
      case "dynamic" -> new RopeScaling.Dynamic(factor());
      case "llama3" ->
          new RopeScaling.Llama3(
              factor(),
              rope.number("low_freq_factor"),
              rope.number("high_freq_factor"),
              original());
      case "yarn" -> yarn();
      // The second name is how the first Phi-3 configs call it.
      case "longrope", "su" -> longRope((dim + 1) / 2);
      default ->
          throw rope.problem(
              "rope_type",
              "'"
                  + type
                  + "' is not supported; use one of "
                  + List.of("default", "linear", "dynamic", "llama3", "yarn", "longrope"));
    };
  }

  /** The key beside the dictionary wins over the one within: Phi-3 put it there. */
  private int original() {
    return top.sizeOr(ORIGINAL, rope.sizeOr(ORIGINAL, maxPositions));
  }

  private double factor() {
    return positive("factor", rope.number("factor"));
  }

  private double positive(String key, double value) {
    if (value <= 0) {
      throw rope.problem(key, "must be positive, found " + value);
    }
    return value;
  }

  private RopeScaling yarn() {
    double factor = rope.isNull("factor") ? maxPositions / (double) original() : factor();
    double mscale = rope.number("mscale", 0);
    double mscaleAllDim = rope.number("mscale_all_dim", 0);
    double attention =
        mscale != 0 && mscaleAllDim != 0
            ? magnitude(factor, mscale) / magnitude(factor, mscaleAllDim)
            : magnitude(factor, 1);
    return new RopeScaling.Yarn(
        factor,
        rope.number("attention_factor", attention),
        orDefault(rope.number("beta_fast", 0), 32),
        orDefault(rope.number("beta_slow", 0), 1),
        original(),
        rope.flag("truncate", true));
  }

  private static double orDefault(double value, double zero) {
    return value == 0 ? zero : value;
  }

  private static double magnitude(double factor, double mscale) {
    return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
  }

  private RopeScaling longRope(int half) {
    int original = original();
    double factor = rope.has("factor") ? factor() : maxPositions / (double) original;
    double attention = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
    return new RopeScaling.LongRope(
        factors("short_factor", half),
        factors("long_factor", half),
        rope.number("attention_factor", attention),
        original);
  }

  private List<Double> factors(String key, int half) {
    List<Double> all = rope.numbers(key);
    if (all.size() != half) {
      throw rope.problem(key, "must have " + half + " numbers, found " + all.size());
    }
    return all;
  }
}
