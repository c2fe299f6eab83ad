package dev.fettle.checkpoint;

import dev.fettle.data.batch.Cursor;
import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.TensorType;
import dev.fettle.program.Slot;
import dev.fettle.spi.HostTensor;
import dev.fettle.train.Progress;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A run whose tensors at any step are known beforehand. */
final class TestRun implements CheckpointTensors {
  private static final Provenance PROVENANCE =
      new Provenance("1", "reference", "1", "17", "linux", "ab", List.of());

  private final List<Slot> slots;
  final Map<String, HostTensor> tensors = new LinkedHashMap<>();

  private TestRun(List<Slot> slots, long seed) {
    this.slots = slots;
    Random random = new Random(seed);
    for (Slot slot : slots) {
      HostTensor tensor = HostTensor.allocate(slot.type());
      byte[] bytes = new byte[tensor.bytes().remaining()];
      random.nextBytes(bytes);
      tensor.bytes().put(bytes);
      tensors.put(slot.name(), tensor);
    }
  }

  /** The parameters; any bit pattern, NaN included, must survive. */
  static TestRun parameters(long step) {
    return new TestRun(
        List.of(
            slot("model.embed.weight", DType.F32, 200, 300),
            slot("lm_head.bias", DType.F32, 7),
            slot("frozen.weight", DType.BF16, 3, 5)),
        step);
  }

  static TestRun optimizer(long step) {
    return new TestRun(
        List.of(
            slot("adam_m/model.embed.weight", DType.F32, 200, 300),
            slot("adam_v/model.embed.weight", DType.F32, 200, 300),
            slot("adam8_codes/lm_head.bias", DType.I8, 7)),
        -step);
  }

  static TestRun none() {
    return new TestRun(List.of(), 0);
  }

  static TestRun of(Slot... slots) {
    return new TestRun(List.of(slots), 1);
  }

  static Slot slot(String name, DType dtype, long... sizes) {
    Dim[] dims = new Dim[sizes.length];
    for (int i = 0; i < sizes.length; i++) {
      dims[i] = new Dim("d" + i, sizes[i]);
    }
    return new Slot(name, TensorType.of(dtype, dims));
  }

  static TrainerState trainer(long step) {
    return new TrainerState(
        new Progress(step, new Cursor(step / 10, step % 10, "data"), step * 1000), 17);
  }

  static CheckpointContent content(long step) {
    return new CheckpointContent(
        trainer(step), PROVENANCE, CheckpointModel.of(parameters(step)), optimizer(step));
  }

  static CheckpointContent content(long step, CheckpointTensors parameters) {
    return new CheckpointContent(trainer(step), PROVENANCE, CheckpointModel.of(parameters), none());
  }

  /** Whether both hold the same bytes under the same names. */
  boolean sameAs(TestRun other) {
    return tensors.keySet().equals(other.tensors.keySet())
        && tensors.keySet().stream().allMatch(n -> bytes(n).equals(other.bytes(n)));
  }

  private ByteBuffer bytes(String name) {
    return download(name).bytes();
  }

  @Override
  public List<Slot> slots() {
    return slots;
  }

  @Override
  public HostTensor download(String name) {
    HostTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("no slot " + name);
    }
    return tensor;
  }

  @Override
  public void upload(String name, HostTensor tensor) {
    tensors.put(name, tensor);
  }
}
