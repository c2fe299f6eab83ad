package dev.fettle.data.pack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.data.Seeds;
import dev.fettle.data.pack.Packer.Piece;
import dev.fettle.models.random.RandomStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PackerTest {

  /** The example in the documentation of TRL's pack_dataset: 5, 2, 3 and 1 tokens, rows of 4. */
  private static final int[] LENGTHS = {5, 2, 3, 1};

  @Test
  void bestFitDecreasingEqualsTrl() {
    List<List<Piece>> rows = new Packer(4).pack(Packing.BFD, LENGTHS, 0, 4);
    assertThat(tokens(rows))
        .isEqualTo(List.of(List.of(1, 2, 3, 4), List.of(8, 9, 10, 11), List.of(6, 7)));
    assertThat(lengths(rows)).isEqualTo(List.of(List.of(4), List.of(3, 1), List.of(2)));
  }

  @Test
  void splittingEqualsTrl() {
    List<List<Piece>> rows = new Packer(4).pack(Packing.BFD_SPLIT, LENGTHS, 0, 4);
    assertThat(tokens(rows))
        .isEqualTo(List.of(List.of(1, 2, 3, 4), List.of(8, 9, 10, 5), List.of(6, 7, 11)));
    assertThat(lengths(rows)).isEqualTo(List.of(List.of(4), List.of(3, 1), List.of(2, 1)));
  }

  @Test
  void wrappingCutsTheWholeText() {
    List<List<Piece>> rows = new Packer(4).pack(Packing.WRAPPED, LENGTHS, 0, 4);
    assertThat(tokens(rows))
        .isEqualTo(List.of(List.of(1, 2, 3, 4), List.of(5, 6, 7, 8), List.of(9, 10, 11)));
  }

  @Test
  void withoutPackingEachHasItsRow() {
    List<List<Piece>> rows = new Packer(4).pack(Packing.NONE, LENGTHS, 0, 4);
    assertThat(lengths(rows)).isEqualTo(List.of(List.of(4), List.of(2), List.of(3), List.of(1)));
  }

  @ParameterizedTest
  @EnumSource(Packing.class)
  void everyTokenLiesInOneRowAndNoRowIsTooLong(Packing packing) {
    Seeds seeds = Seeds.draw();
    for (int round = 0; round < 50; round++) {
      RandomStream random = seeds.stream(round);
      int maxLength = 2 + random.nextInt(60);
      int[] lengths = new int[random.nextInt(200)];
      boolean[][] seen = new boolean[lengths.length][];
      int missing = 0;
      for (int i = 0; i < lengths.length; i++) {
        lengths[i] = random.nextInt(packing.splits() ? 3 * maxLength : maxLength + 1);
        seen[i] = new boolean[lengths[i]];
        missing += lengths[i];
      }
      List<List<Piece>> rows = new Packer(maxLength).pack(packing, lengths, 0, lengths.length);
      for (List<Piece> row : rows) {
        assertThat(RowPlan.tokens(row)).as("%s", seeds).isBetween(1, maxLength);
        for (Piece piece : row) {
          for (int t = piece.offset(); t < piece.offset() + piece.length(); t++) {
            assertThat(seen[piece.sequence()][t]).as("%s", seeds).isFalse();
            seen[piece.sequence()][t] = true;
            missing--;
          }
        }
      }
      assertThat(missing).as("%s", seeds).isZero();
    }
  }

  @Test
  void aMillionSequencesPackDenselyAndFast() {
    RandomStream random = RandomStream.of(3, RandomStream.Purpose.DATA, 0, 0);
    int[] lengths = new int[1_000_000];
    long total = 0;
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = 1 + random.nextInt(1024);
      total += lengths[i];
    }
    long start = System.nanoTime();
    int rows = new Packer(1024).pack(Packing.BFD, lengths, 0, lengths.length).size();
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf("packed 1,000,000 sequences into %,d rows in %.2f s%n", rows, seconds);
    assertThat(total / (rows * 1024.0)).isGreaterThan(0.999);
    // Trying every row for every sequence would take hours.
    assertThat(seconds).isLessThan(20);
  }

  private static List<List<Integer>> tokens(List<List<Piece>> rows) {
    int[] first = new int[LENGTHS.length];
    int next = 1;
    for (int i = 0; i < LENGTHS.length; i++) {
      first[i] = next;
      next += LENGTHS[i];
    }
    List<List<Integer>> all = new ArrayList<>();
    for (List<Piece> row : rows) {
      List<Integer> tokens = new ArrayList<>();
      for (Piece piece : row) {
        for (int t = 0; t < piece.length(); t++) {
          tokens.add(first[piece.sequence()] + piece.offset() + t);
        }
      }
      all.add(tokens);
    }
    return all;
  }

  private static List<List<Integer>> lengths(List<List<Piece>> rows) {
    return rows.stream().map(row -> row.stream().map(Piece::length).toList()).toList();
  }
}
