package dev.fettle.tck;

import dev.fettle.ir.DType;
import dev.fettle.program.Program;
import dev.fettle.spi.Backend;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import dev.fettle.tck.cases.OpCase;
import java.util.Map;
import java.util.SplittableRandom;
import org.assertj.core.api.Assertions;

/**
 * Checks gradient rules against central differences in F64: along every element of a small operand,
 * along some elements and random directions of a large one.
 */
public final class FiniteDifferences {
  private static final int ALL_ELEMENTS = 24;
  private static final int DIRECTIONS = 4;
  private final Backend backend;

  /** Differences computed on a backend, which must know F64. */
  public FiniteDifferences(Backend backend) {
    this.backend = backend;
  }

  /** Checks every smooth operand of a case. */
  public void check(OpCase c) {
    Program program = CasePrograms.gradient(c, DType.F64);
    Map<String, HostTensor> operands = CasePrograms.operands(c, DType.F64);
    try (DeviceState state = backend.newState("differences");
        Executable executable = backend.compile(program)) {
      Trial.allocate(state, program);
      program.stateIn().keySet().forEach(s -> state.upload(s, Maps.get(operands, s)));
      Run run = new Run(executable, state, Trial.only(program, operands));
      Map<String, HostTensor> results = run.results();
      for (int i = 0; i < c.args().size(); i++) {
        if (c.args().get(i).smooth()) {
          Operand operand =
              new Operand("in" + i, Maps.get(operands, "in" + i), Maps.get(results, "grad" + i));
          check(c, operand, run);
        }
      }
    }
  }

  private record Operand(String name, HostTensor x, HostTensor gradient) {}

  private record Run(Executable executable, DeviceState state, Map<String, HostTensor> inputs) {
    Map<String, HostTensor> results() {
      return Trial.host(executable.run(state, inputs));
    }

    double loss(String operand, HostTensor x) {
      if (program(operand)) {
        state.upload(operand, x);
      }
      return Maps.get(results(), "loss").get(0);
    }

    /** An operand on which nothing depends has been pruned. */
    private boolean program(String operand) {
      return executable.program().stateIn().containsKey(operand);
    }
  }

  private static void check(OpCase c, Operand operand, Run run) {
    long n = operand.x.elements();
    SplittableRandom random = new SplittableRandom(OpCase.SEED);
    if (n <= ALL_ELEMENTS) {
      for (int i = 0; i < n; i++) {
        along(c, operand, run, unit(n, i));
      }
      return;
    }
    for (int k = 0; k < DIRECTIONS; k++) {
      along(c, operand, run, unit(n, random.nextInt((int) n)));
      double[] direction = new double[(int) n];
      for (int i = 0; i < n; i++) {
        direction[i] = random.nextGaussian() / Math.sqrt((double) n);
      }
      along(c, operand, run, direction);
    }
  }

  private static double[] unit(long n, int i) {
    double[] direction = new double[(int) n];
    direction[i] = 1;
    return direction;
  }

  private static void along(OpCase c, Operand operand, Run run, double[] direction) {
    double h = Tolerances.STEP;
    double up = run.loss(operand.name, moved(operand.x, direction, h));
    double down = run.loss(operand.name, moved(operand.x, direction, -h));
    run.loss(operand.name, operand.x);
    double expected = (up - down) / (2 * h);
    double actual = 0;
    for (int i = 0; i < direction.length; i++) {
      actual += direction[i] * operand.gradient.get(i);
    }
    double allowed = Tolerances.FINITE_DIFFERENCE * Math.max(1, Math.abs(expected));
    Assertions.assertThat(actual)
        .as("%s: gradient of %s", c.repeat(), operand.name)
        .isCloseTo(expected, Assertions.within(allowed));
  }

  private static HostTensor moved(HostTensor x, double[] direction, double h) {
    HostTensor moved = x.cast(DType.F64);
    for (int i = 0; i < direction.length; i++) {
      moved.set(i, x.get(i) + h * direction[i]);
    }
    return moved;
  }
}
