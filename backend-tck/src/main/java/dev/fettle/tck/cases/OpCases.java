package dev.fettle.tck.cases;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** All op cases. */
public final class OpCases {
  private OpCases() {}

  /** Every case of a primitive, then every case of a composite. */
  public static List<OpCase> all() {
    return Stream.concat(primitives().stream(), composites().stream()).toList();
  }

  /** The cases of primitives. */
  public static List<OpCase> primitives() {
    List<OpCase> cases = new ArrayList<>();
    cases.addAll(CreateCases.all());
    cases.addAll(ElementwiseCases.all());
    cases.addAll(ReduceCases.all());
    cases.addAll(LayoutCases.all());
    cases.addAll(IndexCases.all());
    cases.addAll(LinalgCases.all());
    return cases;
  }

  /** The cases of composites. */
  public static List<OpCase> composites() {
    List<OpCase> cases = new ArrayList<>();
    cases.addAll(NormalizationCases.all());
    cases.addAll(ActivationCases.all());
    cases.addAll(ModelCases.all());
    cases.addAll(OptimizerCases.all());
    return cases;
  }
}
