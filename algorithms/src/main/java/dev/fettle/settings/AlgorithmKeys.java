package dev.fettle.settings;

/** A kind of training and its part of a configuration: the section {@code algorithm}. */
public interface AlgorithmKeys {

  /** Its name in a configuration, as in {@code sft}: the key {@code type}. */
  String type();

  /** The other keys of the section, none of which is {@code type}. */
  Keys<? extends AlgorithmSettings> keys();
}
