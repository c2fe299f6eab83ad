package dev.fettle.ir;

/**
 * Where a node came from, for error messages and dumps.
 *
 * @param scope the model part, as in {@code layers.3.mlp.up}; empty at the top
 * @param site the source line, as in {@code LlamaModel.java:88}
 */
public record Origin(String scope, String site) {

  @Override
  public String toString() {
    return scope.isEmpty() ? site : scope + " (" + site + ")";
  }
}
