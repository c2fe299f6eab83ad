package dev.fettle.backend.tensorflow;

import dev.fettle.backend.tensorflow.Gpt2Programs.Size;
import dev.fettle.backend.tensorflow.Gpt2Programs.Step;
import dev.fettle.ir.DType;
import dev.fettle.ir.op.Linalg.Precision;
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
import java.lang.management.ManagementFactory;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * Times training steps: {@code StepHarness small|gpt2 f32|bf16 [steps] [native|expanded]}. Prints
 * the median step, its two parts, the first step and the process's peak memory.
 */
public final class StepHarness implements AutoCloseable {
  private final Backend backend;
  private final DeviceState state;
  private final Executable accumulate;
  private final Executable apply;
  private final Map<String, HostTensor> batch = new HashMap<>();
  private int t;

  StepHarness(Size size, Precision precision, CompileOptions options) {
    Step step = Gpt2Programs.of(size, precision);
    backend = new TensorFlowProvider().open(Device.CPU, BackendOptions.DEFAULT);
    state = backend.newState("train");
    Random random = new Random(17);
    for (Slot slot : step.parameters()) {
      String name = slot.name().substring("param/".length());
      state.allocate(slot);
      state.upload(slot.name(), initial(slot, random));
      for (String kind : List.of("grad/", "m/", "v/")) {
        state.allocate(new Slot(kind + name, slot.type()));
      }
    }
    int n = size.batch() * size.seq();
    int[] ids = random.ints(n, 0, size.vocab()).toArray();
    batch.put("ids", HostTensor.ofInts(ids, n));
    batch.put("targets", HostTensor.ofInts(random.ints(n, 0, size.vocab()).toArray(), n));
    float[] weights = new float[n];
    Arrays.fill(weights, 1f / n);
    batch.put("weights", HostTensor.ofFloats(weights, n));
    accumulate = backend.compile(step.accumulate(), options);
    apply = backend.compile(step.apply(), options);
  }

  private static HostTensor initial(Slot slot, Random random) {
    HostTensor tensor = HostTensor.allocate(slot.type());
    FloatBuffer floats = tensor.floats();
    boolean one = slot.name().endsWith(".g");
    boolean zero = slot.name().endsWith(".b");
    while (floats.hasRemaining()) {
      floats.put(one ? 1f : zero ? 0f : (random.nextFloat() - 0.5f) * 0.07f);
    }
    return tensor;
  }

  double accumulate() {
    Map<String, DeviceTensor> out = accumulate.run(state, batch);
    try (DeviceTensor loss = Objects.requireNonNull(out.get("loss"))) {
      return loss.item();
    }
  }

  void apply() {
    t++;
    apply.run(
        state,
        Map.of(
            "lr", HostTensor.scalar(DType.F32, 1e-4),
            "scale", HostTensor.scalar(DType.F32, 1),
            "c1", HostTensor.scalar(DType.F32, 1 - Math.pow(0.9, t)),
            "c2", HostTensor.scalar(DType.F32, 1 - Math.pow(0.999, t))));
  }

  DeviceState state() {
    return state;
  }

  Executable accumulateProgram() {
    return accumulate;
  }

  Executable applyProgram() {
    return apply;
  }

  Map<String, HostTensor> batch() {
    return batch;
  }

  Backend backend() {
    return backend;
  }

  @Override
  public void close() {
    backend.close();
  }

  /** Kilobytes of a line of the process's status, as in {@code VmHWM}. */
  static long memory(String key) {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(l -> l.startsWith(key + ":"))
          .map(l -> l.replaceAll("\\D", ""))
          .mapToLong(Long::parseLong)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }

  /** Nanoseconds of processor time: on a busy machine it says more than the clock. */
  private static long cpu() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /** Runs. */
  public static void main(String[] args) {
    Size size =
        args[0].equals("gpt2") ? Size.GPT2 : args[0].equals("small") ? Size.SMALL : Size.TINY;
    Precision precision = args[1].equals("bf16") ? Precision.BF16 : Precision.FULL;
    int steps = args.length > 2 ? Integer.parseInt(args[2]) : 10;
    boolean expanded = args.length > 3 && args[3].equals("expanded");
    long opened = System.nanoTime();
    try (StepHarness h =
        new StepHarness(
            size, precision, expanded ? CompileOptions.EXPANDED : CompileOptions.DEFAULT)) {
      h.state.bytes();
      h.state.download("param/ln_f.g");
      // The tensors uploaded lie in direct buffers, which only a collection frees.
      System.gc();
      long start = System.nanoTime();
      double loss = h.accumulate();
      long middle = System.nanoTime();
      h.apply();
      System.out.printf(
          Locale.ROOT,
          "setup %.0f ms, first step %.0f + %.0f ms, loss %.4f, rss %d MB, peak %d MB%n",
          (start - opened) / 1e6,
          (middle - start) / 1e6,
          (System.nanoTime() - middle) / 1e6,
          loss,
          memory("VmRSS") >> 10,
          memory("VmHWM") >> 10);
      long cpuUpdate = 0;
      long cpuBefore = cpu();
      double[] forward = new double[steps];
      double[] update = new double[steps];
      double[] whole = new double[steps];
      for (int i = 0; i < steps; i++) {
        long a = System.nanoTime();
        loss = h.accumulate();
        long b = System.nanoTime();
        long cpuMiddle = cpu();
        h.apply();
        long c = System.nanoTime();
        cpuUpdate += cpu() - cpuMiddle;
        forward[i] = (b - a) / 1e6;
        update[i] = (c - b) / 1e6;
        whole[i] = (c - a) / 1e6;
      }
      System.out.printf(
          Locale.ROOT,
          "%s %s: step %.0f ms (min %.0f), accumulate %.0f, apply %.0f, cpu %.0f of which apply %.0f, loss %.4f, peak %d MB%n",
          size.name(),
          precision,
          median(whole),
          Arrays.stream(whole).min().orElse(0),
          median(forward),
          median(update),
          (cpu() - cpuBefore) / 1e6 / steps,
          cpuUpdate / 1e6 / steps,
          loss,
          memory("VmHWM") >> 10);
    }
  }
}
