package dev.fettle.harness.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.backend.reference.ReferenceProvider;
import dev.fettle.harness.doctor.ProductSpeeds.Effort;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.Device;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** Which precision pays, measured and said. */
class PrecisionAdviceTest {
  private static ProductSpeeds speeds(double full, double bf16) {
    return new ProductSpeeds(full, OptionalDouble.of(bf16));
  }

  @Test
  void theFasterPrecisionPays() {
    assertThat(speeds(200, 380))
        .hasToString("f32 200 GFLOP/s, bf16 380 GFLOP/s (1.90x): precision bf16 pays here");
    assertThat(speeds(331, 194))
        .hasToString("f32 331 GFLOP/s, bf16 194 GFLOP/s (0.59x): precision f32 pays here");
  }

  @Test
  void onlyWhatDoesNotPayIsWarnedOf() {
    assertThat(PrecisionAdvice.about("tensorflow", speeds(200, 380))).isEmpty();
    assertThat(PrecisionAdvice.about("tensorflow", speeds(331, 194)).orElseThrow())
        .contains("model.precision bf16 does not pay", "tensorflow", "194", "331");
  }

  @Test
  void aBackendWithoutSuchProductsIsNamed() {
    try (Backend backend = new ReferenceProvider().open(Device.CPU, BackendOptions.DEFAULT)) {
      assertThat(PrecisionAdvice.on(backend, Precision.FULL)).isEmpty();
      assertThat(PrecisionAdvice.on(backend, Precision.BF16).orElseThrow())
          .contains("precision bf16 gains nothing on reference");
      assertThat(PrecisionAdvice.on(backend, Precision.TF32).orElseThrow())
          .contains("precision tf32 gains nothing on reference");
    }
  }

  @Test
  void productsAreMeasured() {
    try (Backend backend = new ReferenceProvider().open(Device.CPU, BackendOptions.DEFAULT)) {
      ProductSpeeds measured = ProductSpeeds.measure(backend, new Effort(8, 16, 2, 1));
      assertThat(measured.full()).isPositive().isFinite();
      assertThat(measured.bf16()).isEmpty();
      assertThat(measured).asString().contains("bf16 is computed in f32");
    }
  }

  @Test
  void scriptsReadTheSame() throws IOException {
    BackendCheckup checkup =
        new BackendCheckup(
            "b",
            "1",
            true,
            "found",
            List.of(Device.CPU),
            "right",
            Optional.of(speeds(200, 380)),
            List.of());
    JsonNode one = new ObjectMapper().readTree(CheckupJson.of(List.of(checkup))).get(0);
    assertThat(one.get("id").asText()).isEqualTo("b");
    assertThat(one.at("/devices/0").asText()).isEqualTo("cpu");
    assertThat(one.at("/products/bf16").asDouble()).isEqualTo(380);
    assertThat(one.at("/products/bf16Pays").asBoolean()).isTrue();
  }
}
