package dev.fettle.backend.onnxruntime;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.fettle.backend.onnxruntime.device.Placement;
import dev.fettle.backend.onnxruntime.lower.SteadyWeights;
import dev.fettle.spi.DeviceFailureException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one program: one that is fed everything, and for a program over steady state one
 * that has the weights as constants, packed by the runtime for its products.
 *
 * <p>Packing takes as long as some twenty tokens of decoding. So it is done once a few runs in a
 * row have read the same contents: a program whose weights change, or that serves two states in
 * turn, is not packed over and over. The copies go as soon as one of the weights is written,
 * uploaded or released: they would be stale, and whoever writes weights wants the memory.
 */
final class ProgramSessions implements AutoCloseable {
  /** Runs over the same contents after which packing pays. */
  static final int PATIENCE = 4;

  private final ModelSession fed;
  private final Steady steady;
  private Map<String, Long> seen = Map.of();
  private int runs;
  private boolean refused;
  private @Nullable ModelSession packed;
  private List<OrtSlot> over = List.of();

  /**
   * What is needed to pack.
   *
   * @param maker of the session that is fed everything
   * @param residency shared by all sessions
   * @param weights the slots to be constants; none for a program that is never packed
   * @param packing gives the place
   */
  record Steady(SessionMaker maker, Residency residency, Set<String> weights, Packing packing) {}

  ProgramSessions(ModelSession fed, Steady steady) {
    this.fed = fed;
    this.steady = steady;
  }

  /**
   * Runs the model.
   *
   * @param slots of this run
   * @param feeds slots and inputs, by name
   * @param pinned where results go
   */
  void run(
      Map<String, OrtSlot> slots, Map<String, OnnxTensor> feeds, Map<String, OnnxTensor> pinned)
      throws OrtException {
    boolean packs = !steady.weights.isEmpty() && !refused;
    ModelSession constant = packs ? packedOver(slots) : null;
    if (constant == null) {
      fed.run(feeds, pinned);
    } else {
      Map<String, OnnxTensor> others = new HashMap<>(feeds);
      others.keySet().removeAll(steady.weights);
      constant.run(others, pinned);
    }
  }

  /** Whether the next run over these tensors is recorded, and therefore runs twice. */
  boolean records(Map<String, OnnxTensor> feeds, Map<String, OnnxTensor> pinned) {
    return fed.records(feeds, pinned);
  }

  /** Where the nodes of the session run that is fed everything. */
  Placement placement() {
    return fed.placement();
  }

  /** Records no run. */
  void recordNothing() {
    fed.recordNothing();
  }

  /** How many graphs runs are replayed from. */
  int graphs() {
    return fed.graphs();
  }

  private @Nullable ModelSession packedOver(Map<String, OrtSlot> slots) {
    Map<String, OrtSlot> weights = new TreeMap<>(slots);
    weights.keySet().retainAll(steady.weights);
    List<OrtSlot> wanted = List.copyOf(weights.values());
    if (packed != null && wanted.equals(over)) {
      seen = Map.of();
      return packed;
    }
    Map<String, Long> versions = new HashMap<>();
    weights.forEach((name, slot) -> versions.put(name, slot.version()));
    runs = versions.equals(seen) ? runs + 1 : 1;
    seen = versions;
    try {
      return runs > PATIENCE ? pack(weights) : null;
    } catch (DeviceFailureException e) {
      // For lack of memory, most likely; the copies only save time.
      refused = true;
      return null;
    }
  }

  private ModelSession pack(Map<String, OrtSlot> weights) {
    unpack();
    steady.packing.give(this);
    Map<String, OnnxTensor> constants = new HashMap<>();
    weights.forEach((name, slot) -> constants.put(name, slot.current().tensor()));
    SessionMaker maker = steady.maker;
    ModelSession made =
        ModelSession.open(
            new SessionMaker(
                maker.environment(),
                maker.settings(),
                maker.memory(),
                maker.program(),
                maker.ways(),
                SteadyWeights.asConstants(parsed(maker), steady.weights).toByteString(),
                constants),
            steady.residency,
            0);
    packed = made;
    over = List.copyOf(weights.values());
    over.forEach(slot -> slot.keptBy(this));
    return made;
  }

  private static ModelProto parsed(SessionMaker maker) {
    try {
      return ModelProto.parseFrom(maker.model());
    } catch (InvalidProtocolBufferException e) {
      throw new DeviceFailureException("program " + maker.program() + " cannot be read", e);
    }
  }

  /** Lets go of the packed copies. */
  void unpack() {
    ModelSession stale = packed;
    packed = null;
    over.forEach(slot -> slot.leftBy(this));
    over = List.of();
    if (stale != null) {
      stale.close();
      steady.packing.forget(this);
    }
  }

  /** How many weights are kept packed. */
  int packed() {
    return over.size();
  }

  @Override
  public void close() {
    unpack();
    fed.close();
  }
}
