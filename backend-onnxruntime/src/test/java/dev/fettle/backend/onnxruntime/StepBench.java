package dev.fettle.backend.onnxruntime;

import dev.fettle.ir.DType;
import dev.fettle.program.Slot;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Times training steps: {@code StepBench small|gpt2 [steps] [profile=DIR] [dump=DIR] [expand]
 * [recompute] [decomposed]}. Prints medians in ms of the gradient and the update program.
 */
final class StepBench {
  private StepBench() {}

  public static void main(String[] args) throws IOException {
    List<String> flags = List.of(args);
    Gpt2Shape named = args[0].equals("gpt2") ? Gpt2Shape.GPT2 : args[0].equals("tiny") ? Gpt2Shape.TINY : Gpt2Shape.SMALL;
    Gpt2Shape shape =
        new Gpt2Shape(
            named.vocab(), named.layers(), named.embed(), named.heads(), named.batch(), named.seq(),
            flags.contains("recompute"));
    int steps = args.length > 1 ? Integer.parseInt(args[1]) : 8;
    Map<String, String> extra = new LinkedHashMap<>();
    CompileOptions options =
        flags.contains("expand") ? CompileOptions.EXPANDED : CompileOptions.DEFAULT;
    for (String f : flags) {
      if (f.startsWith("profile=")) {
        extra.put("profile", f.substring(8));
      }
      if (f.startsWith("dump=")) {
        options = options.dumpingTo(Path.of(f.substring(5)));
      }
    }
    try (Backend backend = new OrtProvider().open(Device.CPU, new BackendOptions(0, extra))) {
      run(backend, shape, steps, options);
    }
  }

  private static void run(Backend backend, Gpt2Shape shape, int steps, CompileOptions options)
      throws IOException {
    long start = System.nanoTime();
    Executable gradients = backend.compile(shape.gradients(), options);
    Executable apply = backend.compile(shape.apply(), options);
    System.out.printf("compile %.0f ms, aliased %d + %d, %s%n", (System.nanoTime() - start) / 1e6, gradients.stats().aliasedSlots(), apply.stats().aliasedSlots(), apply.stats().notes());
    DeviceState state = state(backend, shape);
    Map<String, HostTensor> batch = batch(shape);
    List<Double> forward = new ArrayList<>();
    List<Double> update = new ArrayList<>();
    List<Double> total = new ArrayList<>();
    for (int i = 1; i <= steps; i++) {
      long a = System.nanoTime();
      double loss;
      try (DeviceTensor result = gradients.run(state, batch).get("loss")) {
        loss = result.item();
      }
      long b = System.nanoTime();
      apply.run(state, scalars(i));
      long c = System.nanoTime();
      if (i == 1) {
        System.out.printf("first step %.0f ms%n", (c - a) / 1e6);
      }
      if (i > 2) {
        forward.add((b - a) / 1e6);
        update.add((c - b) / 1e6);
        total.add((c - a) / 1e6);
      }
      System.out.printf("step %d loss %.5f  %.0f + %.0f ms%n", i, loss, (b - a) / 1e6, (c - b) / 1e6);
    }
    System.out.printf(
        "median %.0f ms (min %.0f) = gradients %.0f + update %.0f; %s%n",
        median(total), min(total), median(forward), median(update), peak());
  }

  private static DeviceState state(Backend backend, Gpt2Shape shape) {
    DeviceState state = backend.newState("model");
    Random random = new Random(1);
    for (Slot p : shape.parameters()) {
      for (String kind : List.of("param/", "grad/", "m/", "v/")) {
        state.allocate(new Slot(kind + p.name(), p.type()));
      }
      HostTensor values = HostTensor.allocate(p.type());
      for (long i = 0; i < values.elements(); i++) {
        values.set(i, p.name().endsWith(".g") ? 1 : p.name().endsWith(".b") ? 0 : (random.nextFloat() - 0.5) * 0.07);
      }
      state.upload("param/" + p.name(), values);
    }
    return state;
  }

  private static Map<String, HostTensor> batch(Gpt2Shape shape) {
    Random random = new Random(2);
    int n = (int) (shape.batch() * shape.seq());
    int seq = (int) shape.seq();
    HostTensor ids = HostTensor.allocate(DType.I32, n);
    HostTensor targets = HostTensor.allocate(DType.I32, n);
    HostTensor weights = HostTensor.allocate(DType.F32, n);
    for (int i = 0; i < n; i++) {
      ids.set(i, random.nextInt((int) shape.vocab()));
      targets.set(i, random.nextInt((int) shape.vocab()));
      weights.set(i, 1.0 / n);
    }
    HostTensor bias = HostTensor.allocate(DType.F32, shape.batch(), seq, seq);
    for (int i = 0; i < bias.elements(); i++) {
      bias.set(i, i % seq <= i / seq % seq ? 0 : -1e30);
    }
    return Map.of("ids", ids, "targets", targets, "weights", weights, "bias", bias);
  }

  private static Map<String, HostTensor> scalars(int step) {
    return Map.of(
        "lr", HostTensor.scalar(DType.F32, 1e-4),
        "c1", HostTensor.scalar(DType.F32, 1 - Math.pow(0.9, step)),
        "c2", HostTensor.scalar(DType.F32, 1 - Math.pow(0.999, step)));
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().skip(values.size() / 2).findFirst().orElse(Double.NaN);
  }

  private static double min(List<Double> values) {
    return values.stream().min(Double::compare).orElse(Double.NaN);
  }

  private static @Nullable String peak() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return null;
    }
    return Files.readAllLines(status).stream().filter(l -> l.startsWith("VmHWM")).findFirst().orElse(null);
  }
}
