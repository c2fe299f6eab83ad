package dev.fettle.tck;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.extension.DynamicTestInvocationContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.opentest4j.TestAbortedException;

/**
 * What a backend is known to fail, from the resource {@code tck-waivers.txt} on its test class
 * path. A line is {@code test name | reason | last day, as 2026-12-31}; {@code #} begins a comment.
 *
 * <p>A waived test still runs and must fail: one that passes, and one past its day, fail the build.
 * At a release there are none.
 */
public final class Waivers implements InvocationInterceptor {
  private static final String RESOURCE = "/tck-waivers.txt";

  /**
   * One line.
   *
   * @param reason why
   * @param until the last day
   */
  public record Waiver(String reason, LocalDate until) {}

  private final Map<String, Waiver> waivers = read();

  /** For JUnit. */
  public Waivers() {}

  private static Map<String, Waiver> read() {
    try (InputStream in = Waivers.class.getResourceAsStream(RESOURCE)) {
      String text = in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return parse(text);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + RESOURCE, e);
    }
  }

  /** Reads the lines of a waiver file. */
  public static Map<String, Waiver> parse(String text) {
    Map<String, Waiver> waivers = new LinkedHashMap<>();
    for (String line : text.lines().map(String::strip).toList()) {
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      String[] parts = line.split("\\|", -1);
      if (parts.length != 3 || parts[1].isBlank()) {
        throw new IllegalArgumentException(
            RESOURCE + ": '" + line + "' is not 'test name | reason | last day'");
      }
      Waiver waiver = new Waiver(parts[1].strip(), LocalDate.parse(parts[2].strip()));
      waivers.put(parts[0].strip(), waiver);
    }
    return waivers;
  }

  @Override
  public void interceptTestMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> invocationContext,
      ExtensionContext context)
      throws Throwable {
    intercept(invocation, context);
  }

  @Override
  public void interceptDynamicTest(
      Invocation<Void> invocation,
      DynamicTestInvocationContext invocationContext,
      ExtensionContext context)
      throws Throwable {
    intercept(invocation, context);
  }

  private void intercept(Invocation<Void> invocation, ExtensionContext context) throws Throwable {
    Waiver waiver = waivers.get(context.getDisplayName());
    if (waiver == null) {
      invocation.proceed();
      return;
    }
    if (LocalDate.now(java.time.ZoneOffset.UTC).isAfter(waiver.until())) {
      throw new AssertionError("the waiver ended on " + waiver.until() + ": " + waiver.reason());
    }
    try {
      invocation.proceed();
    } catch (TestAbortedException e) {
      throw e;
    } catch (Throwable expected) {
      System.out.println("waived: " + context.getDisplayName() + ": " + waiver.reason());
      return;
    }
    throw new AssertionError("passes now; take its line out of " + RESOURCE);
  }
}
