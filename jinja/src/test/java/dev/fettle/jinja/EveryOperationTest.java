package dev.fettle.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Attacks on every filter, test, method, function and operator there is, found by looking into the
 * tables they are called from: a new one is attacked from the day it is added.
 */
class EveryOperationTest {

  /** A tenth of the standard steps, so that thousands of attacks fit into a build. */
  private static final Limits TENTH = new Limits(6_400_000, 6_400_000, 8_000_000, 1_000_000, 1_000);

  private static final double TENTH_OF_TWO_SECONDS = 0.4;

  private static final String PRELUDE =
      "{% set ns = namespace(d=[], q={}, t=(), n=[], s='a') %}{% set ns.self = ns %}"
          + "{% for i in range(60) %}{% set ns.d = [ns.d, ns.d] %}{% set ns.q = {'a': ns.q, 'b': ns.q} %}"
          + "{% set ns.t = (ns.t, ns.t) %}{% endfor %}"
          + "{% for i in range(5000) %}{% set ns.n = [ns.n] %}{% endfor %}"
          + "{% macro m(a) %}{{ a }}{% endmacro %}";

  private static final List<String> VALUES =
      List.of(
          "'abc'",
          "''",
          "'a' * 1000000",
          "'é\\n' * 100000",
          "'{}%s' * 1000",
          "'\\ud800'",
          "9223372036854775807",
          "-9223372036854775807 - 1",
          "1e308",
          "'nan'|float",
          "'-inf'|float",
          "true",
          "none",
          "missing",
          "[]",
          "range(100000)",
          "['b', 1, none, 'a']",
          "[[1], [0]] * 100",
          "('a', 'b')",
          "{'a': 1, 2: 'b', (1, 2): [3]}",
          "messages",
          "ns",
          "ns.d",
          "ns.q",
          "ns.t",
          "ns.n",
          "m",
          "loop");

  private static final List<String> ARGUMENTS =
      List.of(
          "",
          "0",
          "-1",
          "9223372036854775807",
          "-9223372036854775807 - 1",
          "2147483648, 'x'",
          "4294967296, ''",
          "1e308",
          "none",
          "missing",
          "'', ''",
          "'a', 'bb' * 100000",
          "'a' * 500000 ~ 'b', 'c'",
          "'a', 'b', 9223372036854775807",
          "['a', 'b']",
          "range(100000)",
          "ns.d, ns.q",
          "ns.t",
          "ns",
          "m, loop",
          "'string'",
          "'map', 'map', 'upper'",
          "attribute='a.0.b', d='x' * 1000",
          "attribute='99999999999999999999'",
          "true, true, true, true",
          "indent=9223372036854775807",
          "indent='x' * 100000, separators=('y' * 1000, 'z')",
          "width=9223372036854775807, first=true, blank=true",
          "*range(1000)",
          "**{'width': 3, 'old': 'a', 'new': '', 'sep': '', 'name': 'x'}");

  private static final List<String> OPERATORS =
      List.of(
          "+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", "<=", ">", ">=", "in",
          "not in", "and", "or");

  /** Each operation, with a place for its value and one for its arguments. */
  private static Set<String> operations() {
    Set<String> operations = new TreeSet<>();
    Filters.ALL.keySet().forEach(name -> operations.add("(V)|" + name + "(A)"));
    Predicates.ALL
        .keySet()
        .forEach(
            name -> {
              operations.add("[V]|select('" + name + "', A)|list");
              if (name.matches("\\w+") && !name.equals("in")) {
                operations.add("(V) is " + name + "(A)");
              }
            });
    List<Map<String, Calls.Callable>> methods =
        List.of(StringMethods.ALL, Methods.OF_DICT, Methods.OF_LIST);
    for (Map<String, Calls.Callable> type : methods) {
      type.keySet().forEach(name -> operations.add("(V)." + name + "(A)"));
    }
    for (String name : List.of("cycle", "changed", "previtem", "nextitem", "depth")) {
      operations.add("loop." + name + "(A)");
    }
    Globals.ALL.keySet().forEach(name -> operations.add(name + "(A)"));
    operations.add("strftime_now(A)");
    operations.add("(V)(A)");
    operations.add("(V)[A]");
    operations.add("(V)[A:A:A]");
    return operations;
  }

  /** Which part of a table this build takes: another each time, or -Dfettle.fuzz.seed=N. */
  private static int part(int of) {
    return (int) (Long.getLong("fettle.fuzz.seed", System.nanoTime() / 1_000) % of);
  }

  @Test
  void theTablesHoldWhatThereIs() {
    assertThat(operations().size()).isGreaterThan(130);
    assertThat(VALUES.size() * ARGUMENTS.size()).isGreaterThan(800);
  }

  private static String attack(String operation, String value, String arguments) {
    String expression = operation.replace("V", value).replace("A", arguments);
    return PRELUDE
        + "\n{% for i in [1] %}{% set r = "
        + expression
        + " %}{{ r is string }}{{ r ~ '' if r is string }}{{ [r] == [r] }}{{ r }}{% endfor %}";
  }

  /**
   * The whole table would take minutes: every build takes another part of it, the long round all.
   */
  @TestFactory
  Stream<DynamicTest> everyOperationOnEveryKindOfValue() {
    int every = Integer.getInteger("fettle.fuzz", 0) > 0 ? 1 : 37;
    int first = part(every);
    List<DynamicTest> tests = new ArrayList<>();
    for (String operation : operations()) {
      tests.add(
          DynamicTest.dynamicTest(
              operation + ", every " + every + "th from " + first,
              () -> {
                int count = 0;
                for (String value : VALUES) {
                  for (String arguments : ARGUMENTS) {
                    if (count++ % every == first) {
                      Attack.run(attack(operation, value, arguments), TENTH, TENTH_OF_TWO_SECONDS);
                    }
                  }
                }
              }));
    }
    return tests.stream();
  }

  @TestFactory
  Stream<DynamicTest> everyOperatorOnEveryPairOfValues() {
    int every = Integer.getInteger("fettle.fuzz", 0) > 0 ? 1 : 7;
    int first = part(every);
    return OPERATORS.stream()
        .map(
            operator ->
                DynamicTest.dynamicTest(
                    operator + ", every " + every + "th from " + first,
                    () -> {
                      int count = 0;
                      for (String a : VALUES) {
                        for (String b : VALUES) {
                          if (count++ % every == first) {
                            String both = "(" + a + ") " + operator + " (" + b + ")";
                            Attack.run(attack(both, "", ""), TENTH, TENTH_OF_TWO_SECONDS);
                          }
                        }
                      }
                    }));
  }

  /** The same thing again and again: what a step costs must be near what it is said to. */
  @TestFactory
  Stream<DynamicTest> everyOperationInALoop() {
    List<List<String>> uses =
        List.of(
            List.of("'abc'", "'b', 'c'"),
            List.of("['b', 'a']", "0"),
            List.of("{'b': 1.5}", "'b'"),
            List.of("7.25", "1"));
    int from = part(2);
    return operations().stream()
        .map(
            operation ->
                DynamicTest.dynamicTest(
                    operation,
                    () -> {
                      for (List<String> use : List.of(uses.get(from), uses.get(from + 2))) {
                        String expression =
                            operation.replace("V", use.get(0)).replace("A", use.get(1));
                        Attack.run(
                            "{% for i in range(100000) %}{% for j in range(100000) %}{% set r = "
                                + expression
                                + " %}{% endfor %}{% endfor %}",
                            TENTH,
                            TENTH_OF_TWO_SECONDS);
                      }
                    }));
  }
}
