package dev.fettle.models.config;

import dev.fettle.models.config.LlamaConfig.Biases;
import dev.fettle.models.config.LlamaConfig.Family;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What the families of {@link LlamaConfig} read differently, as transformers 5 does. */
final class LlamaKeys {
  private static final String FULL = "full_attention";
  private static final String SLIDING = "sliding_attention";

  private LlamaKeys() {}

  static Dimensions dimensions(Family family, ConfigKeys keys) {
    int hidden = keys.size("hidden_size");
    int heads = keys.size("num_attention_heads");
    int kvHeads = keys.sizeOr("num_key_value_heads", defaultKvHeads(family, heads, keys));
    if (heads % kvHeads != 0) {
      throw keys.problem(
          "num_key_value_heads",
          "must divide num_attention_heads = " + heads + "; " + kvHeads + " does not");
    }
    return SizeLimits.check(
        keys,
        new Dimensions(
            keys.size("vocab_size"),
            hidden,
            keys.size("intermediate_size"),
            keys.size("num_hidden_layers"),
            heads,
            kvHeads,
            headDim(family, keys, hidden, heads),
            keys.sizeOr("max_position_embeddings", defaultPositions(family))));
  }

  /** An absent key means a class default, an explicit null means as many as query heads. */
  private static int defaultKvHeads(Family family, int heads, ConfigKeys keys) {
    if (keys.isNull("num_key_value_heads")) {
      return heads;
    }
    return switch (family) {
      case LLAMA -> heads;
      case MISTRAL -> 8;
      case QWEN2, QWEN3 -> 32;
    };
  }

  private static int defaultPositions(Family family) {
    return switch (family) {
      case LLAMA -> 2048;
      case MISTRAL -> 4096 * 32;
      case QWEN2, QWEN3 -> 32768;
    };
  }

  private static int headDim(Family family, ConfigKeys keys, int hidden, int heads) {
    if (keys.has("head_dim")) {
      return keys.size("head_dim");
    }
    if (family == Family.QWEN3) {
      return 128;
    }
    if (hidden % heads != 0) {
      throw keys.problem(
          "hidden_size",
          "must be a multiple of num_attention_heads = "
              + heads
              + " unless head_dim is given; "
              + hidden
              + " is not");
    }
    return hidden / heads;
  }

  static Biases biases(Family family, ConfigKeys keys) {
    return switch (family) {
      case LLAMA -> {
        boolean attention = keys.flag("attention_bias", false);
        yield new Biases(attention, attention, keys.flag("mlp_bias", false));
      }
      case MISTRAL -> new Biases(false, false, false);
      case QWEN2 -> new Biases(true, false, false);
      case QWEN3 -> {
        boolean attention = keys.flag("attention_bias", false);
        yield new Biases(attention, attention, false);
      }
    };
  }

  static Optional<SlidingWindow> slidingWindow(Family family, ConfigKeys keys, int layers) {
    return switch (family) {
      case LLAMA -> Optional.empty();
      case MISTRAL -> window(keys, allLayers(layers));
      case QWEN2, QWEN3 -> qwenWindow(keys, layers);
    };
  }

  private static Optional<SlidingWindow> window(ConfigKeys keys, Set<Integer> layers) {
    OptionalInt size =
        keys.isNull("sliding_window")
            ? OptionalInt.empty()
            : OptionalInt.of(keys.sizeOr("sliding_window", 4096));
    return size.isEmpty() || layers.isEmpty()
        ? Optional.empty()
        : Optional.of(new SlidingWindow(size.getAsInt(), layers));
  }

  private static Optional<SlidingWindow> qwenWindow(ConfigKeys keys, int layers) {
    boolean inUse = keys.flag("use_sliding_window", false) && !keys.isNull("sliding_window");
    if (!keys.has("layer_types")) {
      int first = keys.count("max_window_layers", 28);
      return inUse ? window(keys, tail(first, layers)) : Optional.empty();
    }
    List<String> types = keys.strings("layer_types");
    if (types.size() != layers) {
      throw keys.problem(
          "layer_types", "has " + types.size() + " entries where num_hidden_layers is " + layers);
    }
    for (String type : types) {
      if (!type.equals(FULL) && !type.equals(SLIDING)) {
        throw keys.problem(
            "layer_types", "'" + type + "' is not supported; use " + FULL + " or " + SLIDING);
      }
    }
    Set<Integer> local =
        IntStream.range(0, layers)
            .filter(i -> types.get(i).equals(SLIDING))
            .boxed()
            .collect(Collectors.toCollection(LinkedHashSet::new));
    if (!local.isEmpty() && !inUse) {
      throw keys.problem(
          "layer_types",
          "names " + SLIDING + " but use_sliding_window and sliding_window do not set a window");
    }
    return inUse ? window(keys, local) : Optional.empty();
  }

  private static Set<Integer> allLayers(int layers) {
    return tail(0, layers);
  }

  private static Set<Integer> tail(int first, int layers) {
    return IntStream.range(Math.min(first, layers), layers)
        .boxed()
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }
}
