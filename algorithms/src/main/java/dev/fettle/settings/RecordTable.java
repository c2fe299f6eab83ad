package dev.fettle.settings;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A record whose components are each given by a part. */
final class RecordTable<S extends Record> implements Keys.Table<S> {
  private final Class<S> type;
  private final List<Part<?>> parts;
  private final Map<String, RecordComponent> components = new LinkedHashMap<>();
  private final Constructor<S> constructor;

  RecordTable(Class<S> type, List<Part<?>> parts) {
    this.type = type;
    this.parts = List.copyOf(parts);
    RecordComponent[] declared = type.getRecordComponents();
    for (RecordComponent c : declared) {
      components.put(c.getName(), c);
    }
    checkComponents();
    checkNames();
    this.constructor =
        canonical(Arrays.stream(declared).map(RecordComponent::getType).toArray(Class<?>[]::new));
  }

  private Constructor<S> canonical(Class<?>[] types) {
    try {
      // The record may be private to the class that declares its table.
      Constructor<S> found = type.getDeclaredConstructor(types);
      found.setAccessible(true);
      components.values().forEach(c -> c.getAccessor().setAccessible(true));
      return found;
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("every record has its canonical constructor", e);
    }
  }

  private void checkComponents() {
    Set<String> given = new LinkedHashSet<>();
    for (Part<?> part : parts) {
      RecordComponent component = components.get(part.component());
      if (component == null || !given.add(part.component())) {
        throw wrong("has no component for the key '" + part.component() + "', or two keys for it");
      }
      if (!part.fits(component.getGenericType())) {
        throw wrong(
            "holds "
                + component.getGenericType().getTypeName()
                + " in '"
                + component.getName()
                + "', and the key of that name gives something else");
      }
    }
    if (given.size() < components.size()) {
      Set<String> without = new LinkedHashSet<>(components.keySet());
      without.removeAll(given);
      throw wrong("has components without a key: " + String.join(", ", without));
    }
  }

  /** Keys of one section have different names, and those they refer to stand before them. */
  private void checkNames() {
    Set<String> names = new LinkedHashSet<>();
    for (Part<?> part : parts) {
      if (part instanceof Key<?> key) {
        key.before()
            .filter(other -> !names.contains(other))
            .ifPresent(
                other -> {
                  throw wrong("key '" + key.component() + "' needs '" + other + "' before it");
                });
      }
      Set<String> own = new LinkedHashSet<>();
      for (KeyRow row : part.rows("")) {
        String name = Problems.first(row.path());
        if (own.add(name) && !names.add(name)) {
          throw wrong("has the key '" + name + "' twice");
        }
      }
    }
  }

  private IllegalArgumentException wrong(String what) {
    return new IllegalArgumentException(type.getSimpleName() + " " + what);
  }

  @Override
  public Class<S> type() {
    return type;
  }

  @Override
  public @Nullable S read(Section section) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (Part<?> part : parts) {
      Object value = part.read(section, values);
      if (value != null) {
        values.put(part.component(), value);
      }
    }
    return values.size() == parts.size() ? make(section, values) : null;
  }

  private @Nullable S make(Section section, Map<String, Object> values) {
    try {
      return constructor.newInstance(components.keySet().stream().map(values::get).toArray());
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException refused) {
        section.problem(String.valueOf(refused.getMessage()));
        return null;
      }
      throw new IllegalStateException(type + " cannot be made", e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " cannot be made", e);
    }
  }

  @Override
  public void write(S settings, String prefix, Map<String, Object> out) {
    for (Part<?> part : parts) {
      RecordComponent component = Objects.requireNonNull(components.get(part.component()));
      try {
        write(part, component.getAccessor().invoke(settings), prefix, out);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(component + " cannot be read", e);
      }
    }
  }

  @SuppressWarnings("unchecked") // the part fits the component
  private static <T> void write(
      Part<T> part, Object value, String prefix, Map<String, Object> out) {
    part.write((T) value, prefix, out);
  }

  @Override
  public List<KeyRow> rows(String prefix) {
    List<KeyRow> rows = new ArrayList<>();
    parts.forEach(p -> rows.addAll(p.rows(prefix)));
    return rows;
  }

  @Override
  public List<Note> notes() {
    List<Note> notes = new ArrayList<>();
    parts.forEach(p -> notes.addAll(p.notes()));
    return notes;
  }
}
