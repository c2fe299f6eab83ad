package dev.fettle.objective;

/**
 * The sizes that vary between micro-batches.
 *
 * @param rows rows of tokens
 * @param length tokens of a row, padding included
 * @param selected positions whose next token is predicted, padding included
 */
public record Binding(int rows, int length, int selected) {

  /** As programs are named: {@code 4x512_1024}. */
  @Override
  public String toString() {
    return rows + "x" + length + "_" + selected;
  }
}
