package dev.fettle.settings;

/**
 * A key where it stands.
 *
 * @param path from the root, as in {@code optimizer.betas}
 * @param key the key
 * @param type the {@code type} it goes with, as in {@code adamw}; empty where it always exists
 */
record KeyRow(String path, Key<?> key, String type) {

  /** The same for one type only. */
  KeyRow only(String name) {
    return type.isEmpty() ? new KeyRow(path, key, name) : this;
  }

  /** The key's name in its section. */
  String name() {
    return path.substring(path.lastIndexOf('.') + 1);
  }
}
