package dev.fettle.harness.audit;

import java.util.List;

/** One thing an audit looks at. */
@FunctionalInterface
interface Check {
  /** What is found, be it that nothing was measured. */
  List<Finding> of(Evidence evidence);
}
