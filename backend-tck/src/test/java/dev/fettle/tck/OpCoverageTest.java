package dev.fettle.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.tck.cases.OpCase;
import dev.fettle.tck.cases.OpCases;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Fails when an operation has no case. */
class OpCoverageTest {

  @Test
  void everyOperationHasAForwardCase() {
    assertThat(OpCoverage.missing(OpCases.all(), c -> true, OpCoverage.COVERED_BY_ALL.keySet()))
        .isEmpty();
  }

  @Test
  void everyOperationHasAGradientCaseOrAReason() {
    assertThat(
            OpCoverage.missing(
                OpCases.all(), OpCase::differentiable, OpCoverage.NOT_DIFFERENTIABLE.keySet()))
        .isEmpty();
  }

  @Test
  void excusesAreNeeded() {
    assertThat(OpCoverage.keys())
        .containsAll(OpCoverage.NOT_DIFFERENTIABLE.keySet())
        .containsAll(OpCoverage.COVERED_BY_ALL.keySet())
        .contains("Softmax.Grad", "Split", "LinearCrossEntropy", "Unary.ERF", "Matmul");
  }

  @Test
  void namesAreUnique() {
    List<String> names = OpCases.all().stream().map(OpCase::name).collect(Collectors.toList());
    assertThat(names).doesNotHaveDuplicates();
  }
}
