package dev.fettle.models.lora;

import dev.fettle.models.ModelNames;
import java.util.List;
import java.util.stream.Stream;

/** The names of an adapter's parameters: here and in PEFT's files. */
final class LoraNames {
  private static final String PREFIX = "base_model.model.";
  private static final String COPY = ".modules_to_save";

  /** The head's name in memory since transformers 5, whatever files call it. */
  private static final String HEAD = "lm_head.weight";

  private LoraNames() {}

  static String a(String layer) {
    return layer + ".lora_A.weight";
  }

  static String b(String layer) {
    return layer + ".lora_B.weight";
  }

  /** The trained copy of a parameter. */
  static String copy(String parameter) {
    int leaf = parameter.lastIndexOf('.');
    return parameter.substring(0, leaf) + COPY + parameter.substring(leaf);
  }

  /** The module a parameter belongs to. */
  static String module(String parameter) {
    return parameter.substring(0, Math.max(0, parameter.lastIndexOf('.')));
  }

  /** The names of modules a parameter belongs to: the output head has two, one of them in files. */
  static List<String> modules(String parameter, ModelNames names) {
    Stream<String> all =
        parameter.equals(names.head()) ? Stream.of(HEAD, parameter) : Stream.of(parameter);
    return all.map(LoraNames::module).distinct().toList();
  }

  /** The names a parameter may have in a file, the one it is written under first. */
  static List<String> inFile(String parameter, ModelNames names) {
    String plain = parameter.replace(COPY + ".", ".");
    Stream<String> all = plain.equals(names.head()) ? Stream.of(HEAD, plain) : Stream.of(plain);
    return all.map(n -> PREFIX + n).distinct().toList();
  }
}
