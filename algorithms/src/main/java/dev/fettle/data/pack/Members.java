package dev.fettle.data.pack;

import dev.fettle.data.Example;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.function.Function;

/** The examples of groups one after the other, each read from its group when it is asked for. */
final class Members<G> extends AbstractList<Example> implements RandomAccess {

  private final List<G> groups;
  private final Function<? super G, List<Example>> members;
  private final int[] first;

  /**
   * @param first the number of each group's first example, and at the end the number of examples
   */
  Members(List<G> groups, Function<? super G, List<Example>> members, int[] first) {
    this.groups = groups;
    this.members = members;
    this.first = first;
  }

  @Override
  public Example get(int index) {
    Objects.checkIndex(index, size());
    int found = Arrays.binarySearch(first, index);
    int group = found < 0 ? -found - 2 : found;
    // An empty group begins where the next one does.
    while (first[group + 1] == index) {
      group++;
    }
    return members.apply(groups.get(group)).get(index - first[group]);
  }

  @Override
  public int size() {
    return first[groups.size()];
  }
}
