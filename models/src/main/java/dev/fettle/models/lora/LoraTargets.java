package dev.fettle.models.lora;

import java.util.List;
import java.util.regex.Pattern;

/** Which linear layers have low-rank matrices, as PEFT's {@code target_modules} says it. */
public sealed interface LoraTargets {

  /** Whether a layer has them, by its path as in {@code model.layers.3.mlp.up_proj}. */
  boolean includes(String path);

  /** Every linear layer of the body; the head is none of these. */
  record AllLinear() implements LoraTargets {
    @Override
    public boolean includes(String path) {
      return true;
    }
  }

  /**
   * Layers by the ends of their paths.
   *
   * @param names whole paths, or what follows a dot in them: {@code up_proj}, {@code mlp.up_proj}
   */
  record Named(List<String> names) implements LoraTargets {
    /** Keeps an immutable copy. */
    public Named {
      names = List.copyOf(names);
    }

    @Override
    public boolean includes(String path) {
      return names.stream().anyMatch(name -> isNamed(path, name));
    }

    static boolean isNamed(String path, String name) {
      return path.equals(name) || path.endsWith("." + name);
    }
  }

  /**
   * Layers whose whole path matches.
   *
   * @param regex a regular expression
   */
  record Matching(String regex) implements LoraTargets {
    /** Checks the expression. */
    public Matching {
      Pattern.compile(regex);
    }

    @Override
    public boolean includes(String path) {
      return LayerPattern.matches(regex, path);
    }
  }
}
