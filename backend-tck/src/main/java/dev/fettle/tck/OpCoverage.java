package dev.fettle.tck;

import dev.fettle.ir.DType;
import dev.fettle.ir.composite.Softmax;
import dev.fettle.ir.op.Compare;
import dev.fettle.ir.op.CompositeOp;
import dev.fettle.ir.op.Create;
import dev.fettle.ir.op.Elementwise;
import dev.fettle.ir.op.Op;
import dev.fettle.ir.op.PrimitiveOp;
import dev.fettle.tck.cases.OpCase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What there is to cover: every record of the sealed primitives, every kind of its enum, and every
 * composite. Found by reflection, so that nobody can forget to register one.
 */
public final class OpCoverage {

  /**
   * What no gradient flows through, with the reason. Everything else needs a finite-difference
   * case.
   */
  public static final Map<String, String> NOT_DIFFERENTIABLE =
      Map.ofEntries(
          Map.entry("Parameter", "has no operands"),
          Map.entry("Constant", "has no operands"),
          Map.entry("Iota", "has no operands"),
          Map.entry("Unary.IS_FINITE", "gives a truth value"),
          Map.entry("Unary.NOT", "takes a truth value"),
          Map.entry("Binary.AND", "takes truth values"),
          Map.entry("Binary.OR", "takes truth values"),
          Map.entry("Comparison.LESS", "gives a truth value"),
          Map.entry("Comparison.EQUAL", "gives a truth value"),
          Map.entry("Argmax", "gives an index"),
          Map.entry("AdamW", "an optimizer step"),
          Map.entry("Sgd", "an optimizer step"));

  /** Primitives that need no case of their own, with the reason. */
  public static final Map<String, String> COVERED_BY_ALL =
      Map.of("Parameter", "every case has parameters or constants");

  private OpCoverage() {}

  /** The record types of the primitives. */
  public static Set<Class<? extends PrimitiveOp>> primitives() {
    Set<Class<? extends PrimitiveOp>> found = new java.util.LinkedHashSet<>();
    collect(PrimitiveOp.class, found);
    return found;
  }

  private static void collect(Class<?> type, Set<Class<? extends PrimitiveOp>> found) {
    if (type.isRecord()) {
      found.add(type.asSubclass(PrimitiveOp.class));
      return;
    }
    for (Class<?> permitted : Objects.requireNonNull(type.getPermittedSubclasses())) {
      collect(permitted, found);
    }
  }

  /** The composites of the package, gradients included. */
  public static Set<Class<? extends CompositeOp>> composites() {
    Set<Class<? extends CompositeOp>> found = new java.util.LinkedHashSet<>();
    for (String file : classFiles()) {
      Class<?> type = load("dev.fettle.ir.composite." + file.replace(".class", ""));
      if (type.isRecord() && CompositeOp.class.isAssignableFrom(type)) {
        found.add(type.asSubclass(CompositeOp.class));
      }
    }
    return found;
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> classFiles() {
    try {
      URI uri = Objects.requireNonNull(Softmax.class.getResource("Softmax.class")).toURI();
      if (uri.getScheme().equals("jar")) {
        try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
          return names(jar.getPath("/dev/fettle/ir/composite"));
        }
      }
      return names(Objects.requireNonNull(Path.of(uri).getParent()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(f -> Objects.requireNonNull(f.getFileName()).toString())
          .filter(n -> n.endsWith(".class") && !n.equals("package-info.class"))
          .sorted()
          .toList();
    }
  }

  /**
   * Everything that needs covering, as in {@code Matmul}, {@code Unary.EXP}, {@code Softmax.Grad}.
   */
  public static Set<String> keys() {
    Set<String> keys = new TreeSet<>();
    for (Class<?> type : primitives()) {
      Object[] kinds = kinds(type);
      if (kinds.length == 0) {
        keys.add(type.getSimpleName());
      }
      for (Object kind : kinds) {
        keys.add(type.getSimpleName() + "." + kind);
      }
    }
    composites().forEach(type -> keys.add(compositeKey(type)));
    return keys;
  }

  private static Object[] kinds(Class<?> type) {
    if (type == Elementwise.Unary.class) {
      return Elementwise.UnaryKind.values();
    }
    if (type == Elementwise.Binary.class) {
      return Elementwise.BinaryKind.values();
    }
    return type == Compare.Comparison.class ? Compare.Kind.values() : new Object[0];
  }

  private static String compositeKey(Class<?> type) {
    Class<?> outer = type.getEnclosingClass();
    return outer == null
        ? type.getSimpleName()
        : outer.getSimpleName() + "." + type.getSimpleName();
  }

  /** What one operation covers. */
  public static String key(Op op) {
    if (op instanceof Elementwise.Unary u) {
      return "Unary." + u.kind();
    }
    if (op instanceof Elementwise.Binary b) {
      return "Binary." + b.kind();
    }
    if (op instanceof Compare.Comparison c) {
      return "Comparison." + c.kind();
    }
    return op instanceof CompositeOp ? compositeKey(op.getClass()) : op.getClass().getSimpleName();
  }

  /** The keys without a case that fits. */
  public static Set<String> missing(
      List<OpCase> cases, Predicate<OpCase> fits, Set<String> excused) {
    Set<String> missing = new TreeSet<>(keys());
    missing.removeAll(excused);
    cases.stream().filter(fits).forEach(c -> missing.remove(key(c.op(DType.F32))));
    return missing;
  }

  /** The primitives a backend has no lowering for. */
  public static List<String> unlowered(Set<Class<? extends Op>> lowered) {
    List<String> missing = new ArrayList<>();
    for (Class<? extends PrimitiveOp> type : primitives()) {
      if (!lowered.contains(type) && type != Create.Parameter.class) {
        missing.add(type.getSimpleName());
      }
    }
    return missing;
  }
}
