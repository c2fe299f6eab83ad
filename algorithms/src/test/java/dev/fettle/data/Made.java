package dev.fettle.data;

import dev.fettle.data.read.RowOrigin;
import dev.fettle.models.random.RandomStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Examples made up for tests: every id occurs once, so that tokens can be followed. */
public final class Made {

  private Made() {}

  public static List<Example> examples(int... lengths) {
    List<Example> examples = new ArrayList<>();
    int id = 1;
    for (int length : lengths) {
      int[] ids = new int[length];
      byte[] mask = new byte[length];
      for (int i = 0; i < length; i++) {
        ids[i] = id++;
        mask[i] = 1;
      }
      examples.add(new Example(ids, mask, origin(examples.size() + 1)));
    }
    return examples;
  }

  public static List<Example> random(RandomStream random, int count, int maxLength) {
    int[] lengths = new int[count];
    for (int i = 0; i < count; i++) {
      lengths[i] = 2 + random.nextInt(maxLength - 1);
    }
    return examples(lengths);
  }

  public static RowOrigin origin(long line) {
    return new RowOrigin(Path.of("made.jsonl"), line, RowOrigin.Unit.LINE);
  }
}
