package dev.fettle.settings;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Settings that are written as a record of another shape. */
final class MappedTable<A, B> implements Keys.Table<B> {
  private final Keys<A> written;
  private final Class<B> type;
  private final Function<? super A, ? extends B> to;
  private final Function<? super B, ? extends A> from;

  MappedTable(
      Keys<A> written,
      Class<B> type,
      Function<? super A, ? extends B> to,
      Function<? super B, ? extends A> from) {
    this.written = written;
    this.type = type;
    this.to = to;
    this.from = from;
  }

  @Override
  public Class<B> type() {
    return type;
  }

  @Override
  public @Nullable B read(Section section) {
    A value = written.read(section);
    if (value == null) {
      return null;
    }
    try {
      return to.apply(value);
    } catch (IllegalArgumentException e) {
      section.problem(String.valueOf(e.getMessage()));
      return null;
    }
  }

  @Override
  public void write(B settings, String prefix, Map<String, Object> out) {
    written.write(from.apply(settings), prefix, out);
  }

  @Override
  public List<KeyRow> rows(String prefix) {
    return written.rows(prefix);
  }

  @Override
  public List<Note> notes() {
    return written.notes();
  }
}
