package dev.fettle.integration;

import com.sun.jna.NativeLibrary;
import dev.fettle.algorithm.sft.SftObjective;
import dev.fettle.backend.onnxruntime.OrtProvider;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.models.Models;
import dev.fettle.models.config.Activation;
import dev.fettle.models.config.Dimensions;
import dev.fettle.models.config.Gpt2Config;
import dev.fettle.models.config.SpecialTokenIds;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.optim.AdamWOptimizer;
import dev.fettle.optim.DecayedParameters;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceFailureException;
import dev.fettle.spi.DeviceUnavailableException;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.train.Policy;
import dev.fettle.train.Stepper;
import dev.fettle.train.StepperOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Optimizer steps of GPT-2's layers on the first GPU, with a mark in the fake's log before each,
 * and before the download of the state. A narrow model is asked for as much as a wide one.
 */
public final class CountedSteps {
  private CountedSteps() {}

  /** Arguments: device, width, layers, rows, micro-batches, precision, steps, and settings a=b. */
  public static void main(String[] args) {
    Map<String, String> extra = new HashMap<>();
    for (int i = 7; i < args.length; i++) {
      extra.put(args[i].split("=", 2)[0], args[i].split("=", 2)[1]);
    }
    try (ToldBackend backend =
        new ToldBackend(
            new OrtProvider().open(Device.parse(args[0]), new BackendOptions(2, extra)))) {
      steps(backend, args);
      backend.tell();
    } catch (DeviceUnavailableException e) {
      System.out.println("unavailable: " + e.getMessage());
    }
  }

  /** GPT-2 of a width. */
  static Gpt2Config gpt2(int width, int layers) {
    return new Gpt2Config(
        new Dimensions(50257, width, 4 * width, layers, 12, 12, width / 12, 1024),
        new SpecialTokenIds(OptionalInt.empty(), List.of(), OptionalInt.empty()),
        Activation.GELU_TANH,
        1e-5,
        true,
        false,
        true,
        0.02);
  }

  private static void steps(Backend backend, String[] args) {
    int rows = Integer.parseInt(args[3]);
    Gpt2Config config = gpt2(Integer.parseInt(args[1]), Integer.parseInt(args[2]));
    ForwardOptions options = new ForwardOptions(Precision.valueOf(args[5]), false);
    try (Policy policy =
            Policy.load(backend, Models.of(config), options, p -> HostTensor.allocate(p.type()));
        ProgramCache programs = new ProgramCache(backend, CompileOptions.DEFAULT);
        Stepper<MicroBatch> stepper =
            new Stepper<>(
                policy,
                new SftObjective(),
                StepperOptions.of(
                    new AdamWOptimizer(0.9, 0.999, 1e-8, 0.01, DecayedParameters.MATRICES), 1),
                programs)) {
      List<MicroBatch> batches = new ArrayList<>();
      for (int i = 0; i < Integer.parseInt(args[4]); i++) {
        batches.add(batch(rows));
      }
      System.out.println("parameters " + policy.parts().elements());
      try {
        for (int step = 1; step <= Integer.parseInt(args[6]); step++) {
          mark("step " + step);
          stepper.step(batches, step, 1e-4);
        }
      } catch (DeviceFailureException e) {
        System.out.println("failed: " + e.getMessage());
      }
      mark("download");
      policy.state().slots().stream()
          .filter(slot -> !slot.name().startsWith("grad/"))
          .forEach(slot -> policy.state().download(slot.name()));
      mark("end");
      System.out.println("state whole, intact " + stepper.intact());
    }
  }

  /** Writes a mark into the fake's log. */
  static void mark(String text) {
    NativeLibrary.getInstance("libcudart.so.12")
        .getFunction("fakeMark")
        .invokeVoid(new Object[] {text});
  }

  private static MicroBatch batch(int rows) {
    int length = 256;
    int size = rows * length;
    int[] positions = new int[size];
    int[] segments = new int[size];
    byte[] targets = new byte[size];
    for (int i = 0; i < size; i++) {
      positions[i] = i % length;
      segments[i] = 1;
      targets[i] = (byte) (positions[i] == 0 ? 0 : 1);
    }
    return new MicroBatch(
        rows, length, new int[size], positions, segments, targets, size - rows, size, List.of());
  }
}
