package dev.fettle.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.ir.op.Op;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rule O-4: a backend has a lowering for each primitive. Nothing is opened or run. */
public abstract class CoverageContract {

  /** For subclasses. */
  protected CoverageContract() {}

  /** The record types the backend's table has an entry for. */
  protected abstract Set<Class<? extends Op>> lowered();

  @Test
  @DisplayName("O-4 every primitive is lowered")
  void everyPrimitive() {
    assertThat(OpCoverage.unlowered(lowered())).isEmpty();
  }
}
