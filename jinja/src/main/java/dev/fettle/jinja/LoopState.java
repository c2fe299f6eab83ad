package dev.fettle.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The variable {@code loop} inside a for loop. */
final class LoopState {

  private final List<Object> items;
  private int index;
  private @Nullable Object lastChecked;

  LoopState(List<Object> items) {
    this.items = items;
  }

  void moveTo(int position) {
    index = position;
  }

  @Nullable Object attribute(String name) {
    int size = items.size();
    return switch (name) {
      case "index" -> index + 1L;
      case "index0" -> (long) index;
      case "revindex" -> (long) size - index;
      case "revindex0" -> size - index - 1L;
      case "first" -> index == 0;
      case "last" -> index == size - 1;
      case "length" -> (long) size;
      // Only recursive loops, which there are none of, go deeper.
      case "depth" -> 1L;
      case "depth0" -> 0L;
      case "previtem" ->
          index > 0 ? items.get(index - 1) : Undefined.name("there is no previous item");
      case "nextitem" ->
          index < size - 1 ? items.get(index + 1) : Undefined.name("there is no next item");
      case "cycle" -> new Calls.Bound(this, (self, arguments) -> cycle(arguments));
      case "changed" -> new Calls.Bound(this, (self, arguments) -> changed(arguments));
      default -> null;
    };
  }

  private Object cycle(Arguments arguments) {
    List<Object> items = arguments.positional();
    if (items.isEmpty()) {
      throw new TemplateException("no items for cycling given");
    }
    return items.get(index % items.size());
  }

  private Object changed(Arguments arguments) {
    Object now = new PyTuple(arguments.positional());
    boolean changed = lastChecked == null || !Values.equal(arguments.bounds(), lastChecked, now);
    lastChecked = now;
    return changed;
  }
}
