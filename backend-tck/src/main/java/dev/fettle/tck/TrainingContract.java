package dev.fettle.tck;

import dev.fettle.ir.DType;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.HostTensor;
import dev.fettle.tck.TinyTraining.Optimizer;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rules T-1 to T-4: whole training steps, accumulate and apply, many in a row. */
public abstract class TrainingContract extends BackendContract {
  private static final int STEPS = 20;

  /** For subclasses. */
  protected TrainingContract() {}

  private Map<String, HostTensor> run(TinyTraining training) {
    return training.run(backend(), CompileOptions.DEFAULT, STEPS);
  }

  private void follows(TinyModel model, Optimizer optimizer) {
    Tensors.assertClose(
        "trajectory",
        run(TinyTraining.of(model, optimizer, DType.F32)),
        TinyTraining.of(model, optimizer, DType.F64)
            .run(reference(), CompileOptions.DEFAULT, STEPS),
        Tolerances.TRAJECTORY);
  }

  @Test
  @DisplayName("T-1 a perceptron under AdamW follows the reference")
  void mlpAdamW() {
    follows(new TinyMlp(), Optimizer.ADAMW);
  }

  @Test
  @DisplayName("T-1 a perceptron under SGD follows the reference")
  void mlpSgd() {
    follows(new TinyMlp(), Optimizer.SGD);
  }

  @Test
  @DisplayName("T-1 a language model under AdamW follows the reference")
  void gptAdamW() {
    follows(new TinyGpt(), Optimizer.ADAMW);
  }

  @Test
  @DisplayName("T-1 a language model under SGD follows the reference")
  void gptSgd() {
    follows(new TinyGpt(), Optimizer.SGD);
  }

  @Test
  @DisplayName("T-2 the loss falls")
  void learns() {
    Map<String, HostTensor> trace = run(TinyTraining.of(new TinyGpt(), Optimizer.ADAMW, DType.F32));
    double first = Maps.get(trace, "loss 0").get(0);
    double last = Maps.get(trace, "loss " + (STEPS - 4)).get(0); // the same rows again
    Assertions.assertThat(last).isLessThan(first);
  }

  @Test
  @DisplayName("T-3 steps of 1x4 rows follow steps of 4x1")
  void accumulation() {
    TinyModel model = new TinyMlp();
    Map<String, HostTensor> whole = run(TinyTraining.of(model, Optimizer.ADAMW, DType.F32));
    Map<String, HostTensor> parts =
        run(new TinyTraining(model, Optimizer.ADAMW, DType.F32, 1, 4, false));
    model
        .names()
        .forEach(
            n ->
                Tensors.assertClose(
                    n, Maps.get(parts, n), Maps.get(whole, n), Tolerances.TRAJECTORY));
  }

  @Test
  @DisplayName("T-4 the same run twice gives the same bits")
  void determinism() {
    TinyTraining training = new TinyTraining(new TinyGpt(), Optimizer.ADAMW, DType.F32, 2, 2, true);
    Map<String, HostTensor> first = run(training);
    Map<String, HostTensor> second = run(training);
    first.forEach((name, t) -> Tensors.assertSame(name, Maps.get(second, name), t));
  }
}
