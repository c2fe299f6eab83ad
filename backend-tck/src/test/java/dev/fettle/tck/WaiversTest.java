package dev.fettle.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import org.junit.jupiter.api.Test;

class WaiversTest {

  @Test
  void readsLines() {
    assertThat(Waivers.parse("# none yet\n\nS-5 two slots swapped | being fixed | 2026-12-31\n"))
        .containsEntry(
            "S-5 two slots swapped", new Waivers.Waiver("being fixed", LocalDate.of(2026, 12, 31)));
  }

  @Test
  void wantsAReason() {
    assertThatThrownBy(() -> Waivers.parse("S-5 two slots swapped | | 2026-12-31"))
        .hasMessageContaining("reason");
  }
}
