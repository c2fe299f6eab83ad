package dev.fettle.data.batch;

import dev.fettle.data.Example;
import dev.fettle.data.Stretches;
import dev.fettle.data.pack.Packer.Piece;
import dev.fettle.data.pack.Placement;
import dev.fettle.data.pack.RowPlan;
import java.util.ArrayList;
import java.util.List;

/** Writes planned rows into the arrays of a micro-batch. */
final class RowCollator {

  private final RowPlan plan;
  private final Stretches examples;

  RowCollator(RowPlan plan) {
    this.plan = plan;
    this.examples = Stretches.of(plan.examples());
  }

  /**
   * Collates rows.
   *
   * @param rows indices of planned rows
   * @param height rows of the micro-batch; those beyond {@code rows} are all padding, so that an
   *     epoch's last, smaller batch needs no program of its own
   */
  MicroBatch collate(int[] rows, int height) {
    int longest = 1;
    for (int row : rows) {
      longest = Math.max(longest, RowPlan.tokens(plan.rows().get(row)));
    }
    Sheet sheet = new Sheet(height, plan.lengthFor(longest));
    for (int r = 0; r < rows.length; r++) {
      collate(sheet, plan.rows().get(rows[r]), r);
    }
    return sheet.finish();
  }

  private void collate(Sheet sheet, List<Piece> pieces, int row) {
    int column = 0;
    int segment = 0;
    int prompt = 0;
    int promptLength = 0;
    int position = 0;
    for (Piece piece : pieces) {
      if (segment == 0 || !plan.joined()) {
        segment++;
        position = promptLength;
      }
      if (plan.isPrompt(piece.sequence())) {
        prompt = segment;
        promptLength = piece.length();
        position = 0;
      }
      sheet.place(
          examples.stretch(piece.sequence(), piece.offset(), piece.length()),
          new Placement(piece.sequence(), piece.offset(), row, column, piece.length()),
          new Sequence(segment, prompt == 0 ? segment : prompt, position));
      column += piece.length();
      position += piece.length();
    }
  }

  /**
   * What a stretch belongs to.
   *
   * @param segment its own
   * @param prompt that of its prompt
   * @param position of its first token
   */
  private record Sequence(int segment, int prompt, int position) {}

  /** The arrays while they are being filled. */
  private static final class Sheet {
    private final int height;
    private final int width;
    private final int[] ids;
    private final int[] positions;
    private final int[] segments;
    private final int[] prompts;
    private final byte[] targetMask;
    private final List<Placement> placements = new ArrayList<>();
    private int targets;
    private int tokens;

    Sheet(int height, int width) {
      this.height = height;
      this.width = width;
      int size = Math.multiplyExact(height, width);
      ids = new int[size];
      positions = new int[size];
      segments = new int[size];
      prompts = new int[size];
      targetMask = new byte[size];
    }

    void place(Example part, Placement at, Sequence of) {
      int to = at.row() * width + at.start();
      System.arraycopy(part.ids(), 0, ids, to, at.length());
      for (int i = 0; i < at.length(); i++) {
        segments[to + i] = of.segment();
        prompts[to + i] = of.prompt();
        positions[to + i] = of.position() + i;
        // The first token of a segment has nothing before it to be predicted from.
        if (of.position() + i > 0 && part.targetMask()[i] != 0) {
          targetMask[to + i] = 1;
          targets++;
        }
      }
      tokens += at.length();
      placements.add(at);
    }

    MicroBatch finish() {
      return new MicroBatch(
          height,
          width,
          ids,
          positions,
          segments,
          prompts,
          targetMask,
          targets,
          tokens,
          placements);
    }
  }
}
