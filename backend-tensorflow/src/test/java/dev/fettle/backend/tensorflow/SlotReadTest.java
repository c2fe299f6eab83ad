package dev.fettle.backend.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.backend.tensorflow.lower.SlotAccess;
import dev.fettle.backend.tensorflow.lower.VariableGraph.Variable;
import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.TensorType;
import dev.fettle.program.Slot;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.cuda.GpuSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.Result;
import org.tensorflow.Tensor;
import org.tensorflow.types.TInt32;

/** A download reads the slot that is asked for, and no other: on a GPU each would cross the bus. */
class SlotReadTest {

  @Test
  void oneVariableIsReadOfMany() {
    SessionConfig config = new SessionConfig(Device.CPU, 1, GpuSettings.DEFAULT);
    try (TensorFlowRuntime runtime = new TensorFlowRuntime(config)) {
      VariablePool pool = runtime.variables();
      List<Variable> variables = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        variables.add(
            pool.take(new Slot("slot" + i, TensorType.of(DType.F32, new Dim("n", 3L + i)))));
      }
      pool.write(variables);
      runtime.run(Map.of(), variables.stream().map(Variable::zero).toList());
      try (Result one = pool.read(variables.get(7))) {
        assertThat(one.size()).isEqualTo(1);
        assertThat(one.get(0).numBytes()).isEqualTo(4L * (3 + 7));
      }
      SlotAccess group = new SlotAccess("again", variables);
      runtime.add(group.graph());
      try (Tensor choice = TInt32.scalarOf(7);
          Result traced =
              runtime.traced(Map.of(group.choice(), choice), List.of(group.read()), List.of())) {
        List<String> ops =
            RunTrace.of(traced.getMetadata().orElseThrow()).spans().stream()
                .map(RunTrace.Span::op)
                .toList();
        assertThat(ops).filteredOn("ReadVariableOp"::equals).hasSize(1);
      }
    }
  }

  /** What is fetched of a slot is the part that was asked for, whatever the slot's type. */
  @Test
  void aPartIsAllThatIsFetched() {
    SessionConfig config = new SessionConfig(Device.CPU, 1, GpuSettings.DEFAULT);
    try (TensorFlowRuntime runtime = new TensorFlowRuntime(config)) {
      VariablePool pool = runtime.variables();
      List<Variable> variables = new ArrayList<>();
      for (DType dtype : List.of(DType.F32, DType.BF16, DType.I64, DType.BOOL, DType.U8)) {
        TensorType type = TensorType.of(dtype, new Dim("rows", 100), new Dim("columns", 7));
        variables.add(pool.take(new Slot("slot" + dtype, type)));
      }
      pool.write(variables);
      runtime.run(Map.of(), variables.stream().map(Variable::zero).toList());
      for (Variable v : variables) {
        int bytes = v.slot().type().dtype().bytes();
        try (Result part = pool.read(v, 21L * bytes, 14L * bytes)) {
          assertThat(part.get(0).numBytes()).as(v.toString()).isEqualTo(14L * bytes);
        }
      }
    }
  }

  @Test
  void aPartHoldsWhatTheSlotDoes() {
    TensorType type = TensorType.of(DType.F32, new Dim("rows", 50), new Dim("columns", 3));
    HostTensor all = HostTensor.allocate(type);
    for (int i = 0; i < all.elements(); i++) {
      all.set(i, i);
    }
    try (Backend backend = new TensorFlowProvider().open(Device.CPU, BackendOptions.DEFAULT);
        DeviceState state = backend.newState("s")) {
      state.allocate(new Slot("x", type));
      state.upload("x", all);
      assertThat(state.download("x", 6, 3).toFloats()).containsExactly(6, 7, 8);
      assertThat(state.download("x", 149, 1).toFloats()).containsExactly(149);
      assertThat(state.download("x", 0, 150).toFloats()).containsExactly(all.toFloats());
    }
  }
}
