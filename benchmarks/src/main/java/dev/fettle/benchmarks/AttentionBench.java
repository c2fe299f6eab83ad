package dev.fettle.benchmarks;

import static dev.fettle.ir.Dim.dim;

import dev.fettle.autodiff.Gradients;
import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.CausalAttention;
import dev.fettle.ir.composite.Segments;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.Backend;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import java.lang.management.ManagementFactory;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;

/**
 * Times the attention of one layer along packed rows, forward and backward, for some lengths of
 * block; a block as long as the row is attention over the whole row. Says processor time too, which
 * other processes disturb less.
 */
public final class AttentionBench {
  private static final int WARM_UP = 2;
  private static final int RUNS = 9;
  private static final int SEGMENT = 200;

  private AttentionBench() {}

  private record Sizes(int rows, int heads, int kvHeads, int headDim, int length) {

    TensorType type(String name, int count) {
      return TensorType.of(
          DType.F32,
          dim("batch", rows),
          dim(name, count),
          dim("seq", length),
          dim("headDim", headDim));
    }

    Map<String, HostTensor> segments() {
      int[] segments = new int[rows * length];
      for (int i = 0; i < segments.length; i++) {
        segments[i] = i % length / SEGMENT;
      }
      return Map.of("segments", HostTensor.ofInts(segments, rows, length));
    }
  }

  /** Arguments: backend, rows, heads, key heads, width of a head, length, and some blocks. */
  public static void main(String[] args) {
    if (args.length < 7) {
      throw new IllegalArgumentException(
          "usage: AttentionBench BACKEND ROWS HEADS KV_HEADS HEAD_DIM LENGTH BLOCK...");
    }
    int[] n = Arrays.stream(args).skip(1).mapToInt(Integer::parseInt).toArray();
    Sizes sizes = new Sizes(n[0], n[1], n[2], n[3], n[4]);
    for (int i = 5; i < n.length; i++) {
      try (Backend backend = Bench.open(args[0])) {
        System.out.println("fettle " + args[0] + " " + time(backend, sizes, n[i]));
      }
    }
  }

  private static String time(Backend backend, Sizes sizes, int block) {
    long compiling = System.nanoTime();
    try (DeviceState state = backend.newState("attention");
        Executable run = backend.compile(program(sizes, block))) {
      double compile = (System.nanoTime() - compiling) / 1e9;
      run.program().stateIn().forEach((name, v) -> fill(state, new Slot(name, v.type())));
      run.program().stateOut().forEach((name, v) -> state.allocate(new Slot(name, v.type())));
      double[] wall = new double[RUNS];
      double[] processor = new double[RUNS];
      for (int i = -WARM_UP; i < RUNS; i++) {
        long start = System.nanoTime();
        long used = processorNanos();
        run.run(state, sizes.segments());
        if (i >= 0) {
          wall[i] = (System.nanoTime() - start) / 1e6;
          processor[i] = (processorNanos() - used) / 1e6;
        }
      }
      return String.format(
          Locale.ROOT,
          "%s block %d: median %.1f ms min %.1f, processor time median %.0f ms min %.0f,"
              + " compile %.2fs rss %.0f MiB",
          sizes,
          block,
          Bench.median(wall),
          Arrays.stream(wall).min().orElse(Double.NaN),
          Bench.median(processor),
          Arrays.stream(processor).min().orElse(Double.NaN),
          compile,
          Bench.peakMiB());
    }
  }

  private static long processorNanos() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean os
        ? os.getProcessCpuTime()
        : 0;
  }

  private static void fill(DeviceState state, Slot slot) {
    HostTensor t = HostTensor.allocate(slot.type());
    FloatBuffer values = t.floats();
    Random random = new Random(slot.name().hashCode());
    while (values.hasRemaining()) {
      values.put((float) random.nextGaussian());
    }
    state.allocate(slot);
    state.upload(slot.name(), t);
  }

  private static Program program(Sizes s, int block) {
    ProgramBuilder b = new ProgramBuilder("attention");
    TensorType queries = s.type("heads", s.heads);
    TensorType keys = s.type("kvHeads", s.kvHeads);
    Value q = b.state(new Slot("q", queries), true);
    Value k = b.state(new Slot("k", keys), true);
    Value v = b.state(new Slot("v", keys), true);
    Dim batch = queries.shape().dim(0);
    Value segments = b.input("segments", TensorType.of(DType.I32, batch, dim("seq", s.length)));
    double scale = 1 / Math.sqrt((double) s.headDim);
    Segments rule = new Segments(OptionalInt.empty());
    CausalAttention op = new CausalAttention(scale, Precision.FULL, block, rule);
    Value out = CausalAttention.of(b.g(), op, q, k, v, List.of(segments));
    Value loss = b.g().sumAll(b.g().mul(out, b.state(new Slot("cotangent", queries), false)));
    List<Value> gradients = new ArrayList<>(Gradients.of(b.g(), loss, List.of(q, k, v)));
    for (int i = 0; i < gradients.size(); i++) {
      b.write("gradient" + i, gradients.get(i));
    }
    b.output("loss", loss);
    return b.build();
  }
}
