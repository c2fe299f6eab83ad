package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.integration.FakeProcess.Counts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** What ONNX Runtime's provider is made to ask of CUDA by real programs. */
@TestInstance(Lifecycle.PER_CLASS)
class FakeCudaTest {
  /** Kernels that a step of GPT-2 may launch, those of cuBLAS and cuDNN among them. */
  private static final long LAUNCHES = 900;

  private static final long KIB = 1024;

  /** Ids, positions, segments and targets of a row, and their weights. */
  private static final long ROW_BYTES = 256 * 4 * 5;

  @TempDir Path directory;
  private FakeCuda fake = new FakeCuda(Path.of(""), Path.of(""));

  @BeforeAll
  void build(@TempDir Path folder) throws IOException, InterruptedException {
    fake = FakeCuda.build(folder);
  }

  private FakeProcess steps(Map<String, String> card, String arguments)
      throws IOException, InterruptedException {
    return FakeProcess.run(
        fake, directory, card, CountedSteps.class.getName(), arguments.split(" ", -1));
  }

  private static long parameters(FakeProcess run) {
    return run.output()
        .lines()
        .filter(l -> l.startsWith("parameters "))
        .mapToLong(l -> Long.parseLong(l.substring(11)))
        .findFirst()
        .orElseThrow(() -> new AssertionError(run.output()));
  }

  private static void holds(FakeProcess run, int rows) {
    assertThat(run.exit()).as(run.output()).isZero();
    assertThat(run.output()).contains("state whole, intact true");
    assertThat(run.log()).noneMatch(l -> l.startsWith("wrong"));
    Counts step = run.after("step 4");
    tell("a step", step);
    assertThat(step.kernels()).as(step.most()).isBetween(1L, LAUNCHES);
    assertThat(step.count("launch ")).isPositive();
    assertThat(step.products()).isPositive();
    assertThat(step.bytes("copy h2d ")).isBetween(1L, rows * ROW_BYTES + KIB);
    assertThat(step.bytes("copy d2h ")).isBetween(1L, KIB);
    assertThat(step.count("malloc ")).as("memory of a step is kept").isZero();
    long state = 3 * Float.BYTES * parameters(run);
    assertThat(run.after("download").bytes("copy d2h ")).isEqualTo(state);
  }

  /** The table of docs/gpu.md. */
  private static void tell(String what, Counts step) {
    System.out.printf(
        "%s: %d kernels (%d of the provider, %d products, %d reductions of cuDNN),"
            + " %d bytes to the card, %d from it%n",
        what,
        step.kernels(),
        step.count("launch "),
        step.products(),
        step.reductions(),
        step.bytes("copy h2d "),
        step.bytes("copy d2h "));
  }

  /** GPT-2's twelve layers, narrow. */
  @Test
  void aStepStaysOnTheCard() throws IOException, InterruptedException {
    holds(steps(Map.of(), "gpu:0 96 12 4 1 FULL 4"), 4);
  }

  @Test
  @Tag("slow")
  void aStepOfGpt2StaysOnTheCard() throws IOException, InterruptedException {
    holds(steps(Map.of(), "gpu:0 768 12 4 1 FULL 4"), 4);
  }

  /** Gradients are cleared a row at a time, and added to where they lie. */
  @Test
  void aStepOfTwoMicroBatchesCopiesNoState() throws IOException, InterruptedException {
    FakeProcess run = steps(Map.of(), "gpu:0 48 2 1 2 FULL 4");
    assertThat(run.exit()).as(run.output()).isZero();
    Counts step = run.after("step 4");
    assertThat(step.bytes("copy h2d ")).isBetween(1L, 2 * ROW_BYTES + KIB);
    assertThat(step.bytes("copy d2h ")).isBetween(1L, KIB);
    assertThat(run.log()).noneMatch(l -> l.startsWith("wrong"));
  }

  /** Updates and norm of all slots are a few launches, however many layers there are. */
  @Test
  void theUpdateDoesNotGrowWithTheLayers() throws IOException, InterruptedException {
    long two = sqrts(steps(Map.of(), "gpu:0 48 2 1 1 FULL 4"));
    long six = sqrts(steps(Map.of(), "gpu:0 48 6 1 1 FULL 4"));
    assertThat(six).isEqualTo(two);
  }

  /** The second moment's root is taken in every update, and nowhere else but in the norm. */
  private static long sqrts(FakeProcess run) {
    assertThat(run.exit()).as(run.output()).isZero();
    return run.after("step 4").lines().stream().filter(l -> l.contains("OP_Sqrt")).count();
  }

  /** The cache and the weights stay where they are; ids go up, ids and their chances come down. */
  @Test
  void attentionToAPromptIsOneKernelALayerAndTokensMoveNothingElse()
      throws IOException, InterruptedException {
    decodes(3);
  }

  @Test
  @Tag("slow")
  void soItIsForAllOfGpt2() throws IOException, InterruptedException {
    decodes(12);
  }

  private void decodes(int layers) throws IOException, InterruptedException {
    FakeProcess run =
        FakeProcess.run(
            fake,
            directory,
            Map.of(),
            CountedDecode.class.getName(),
            ("gpu:0 768 " + layers + " 8 FULL 6").split(" ", -1));
    assertThat(run.exit()).as(run.output()).isZero();
    assertThat(run.log()).noneMatch(l -> l.startsWith("wrong"));
    Counts prompt = run.after("prompt");
    Counts token = run.after("token 4");
    tell("a prompt", prompt);
    tell("a token", token);
    long attention = prompt.lines().stream().filter(l -> l.contains("AttentionKernel")).count();
    assertThat(attention).as(prompt.most()).isEqualTo(layers);
    assertThat(prompt.lines()).noneMatch(l -> l.contains("softmax_warp_forward"));
    // Seventeen a layer; embeddings, mask, head and choice.
    assertThat(token.kernels()).as(token.most()).isBetween(1L, layers * 17L + 30);
    assertThat(token.bytes("copy h2d ")).isBetween(1L, KIB);
    assertThat(token.bytes("copy d2h ")).isBetween(1L, KIB);
  }

  @Test
  void everyNodeIsOnTheCard() throws IOException, InterruptedException {
    FakeProcess run = steps(Map.of(), "gpu:0 48 2 1 1 FULL 2 profile=" + directory);
    assertThat(run.exit()).as(run.output()).isZero();
    int nodes = 0;
    try (Stream<Path> files = Files.list(directory)) {
      for (Path trace : files.filter(f -> f.toString().endsWith(".json")).toList()) {
        for (JsonNode event : new ObjectMapper().readTree(trace.toFile())) {
          if (event.path("name").asText().endsWith("_kernel_time")) {
            JsonNode node = event.path("args");
            assertThat(node.path("provider").asText())
                .as("%s in %s", node.path("op_name").asText(), trace)
                .isEqualTo("CUDAExecutionProvider");
            assertThat(node.path("op_name").asText()).doesNotStartWith("Memcpy");
            nodes++;
          }
        }
      }
    }
    assertThat(nodes).isGreaterThan(200);
  }

  /** What a program says of itself, before it has run, is what the provider took. */
  @Test
  void aProgramSaysWhereItsOperationsRun() throws IOException, InterruptedException {
    FakeProcess run = steps(Map.of(), "gpu:0 48 2 1 1 FULL 1");
    assertThat(run.exit()).as(run.output()).isZero();
    assertThat(run.output())
        .containsPattern("placed accumulate\\S* \\{gpu:0=[2-9]\\d\\d\\}")
        .containsPattern("placed apply \\{gpu:0=\\d\\d\\}");
  }

  /** cuBLAS's mode 3 lets it round to TensorFloat-32. */
  @Test
  void tensorFloat32IsUsedWhereItWasAskedForAndNowhereElse()
      throws IOException, InterruptedException {
    String mode = "library cublasSetMathMode 3";
    FakeProcess full = steps(Map.of(), "gpu:0 48 1 1 1 FULL 2");
    assertThat(full.all().count("library cublasSgemm")).isPositive();
    assertThat(full.all().count(mode)).isZero();
    FakeProcess rounded = steps(Map.of(), "gpu:0 48 1 1 1 TF32 2");
    assertThat(rounded.exit()).as(rounded.output()).isZero();
    assertThat(rounded.all().count(mode)).isPositive();
  }

  @Test
  void bfloat16ProductsHaveKernels() throws IOException, InterruptedException {
    FakeProcess run = steps(Map.of(), "gpu:0 48 2 1 1 BF16 4");
    assertThat(run.exit()).as(run.output()).isZero();
    Counts step = run.after("step 4");
    assertThat(step.count("library cublasGemmEx")).as(step.most()).isGreaterThan(20);
    assertThat(step.count("library cublasGemmStridedBatchedEx")).isPositive();
    assertThat(step.bytes("copy d2h ")).isLessThanOrEqualTo(KIB);
  }

  /** Recorded once, then replayed. */
  @Test
  void aRecordedStepIsOneLaunch() throws IOException, InterruptedException {
    FakeProcess run = steps(Map.of(), "gpu:0 48 4 1 1 FULL 8 graphs=true");
    assertThat(run.exit()).as(run.output()).isZero();
    assertThat(run.all().count("graph begin")).isEqualTo(1);
    Counts step = run.after("step 8");
    assertThat(step.count("graph launch")).isEqualTo(1);
    assertThat(step.count("launch ")).as(step.most()).isLessThan(80);
    assertThat(run.log()).noneMatch(l -> l.startsWith("wrong"));
  }

  @Test
  void aCardThatIsNotThereIsRefusedByName() throws IOException, InterruptedException {
    FakeProcess run = steps(Map.of("FAKE_CUDA_DEVICES", "2"), "gpu:97 48 1 1 1 FULL 1");
    assertThat(run.output()).contains("unavailable: gpu:97 is not there").contains("gpu:0");
    assertThat(run.output().lines().filter(l -> l.startsWith("\tat "))).isEmpty();
  }

  @Test
  void aMissingLibraryIsNamedInOneLine() throws IOException, InterruptedException {
    for (String library : List.of("libcublasLt.so.12", "libcudnn.so.9", "libcurand.so.10")) {
      Path there = fake.folder().resolve(library);
      Path away = Files.move(there, directory.resolve(library));
      try {
        FakeProcess run = steps(Map.of(), "gpu:0 48 1 1 1 FULL 1");
        assertThat(run.output())
            .containsPattern("unavailable: gpu:0 cannot be used: [^\n]*" + library + " not found");
      } finally {
        Files.move(away, there);
      }
    }
  }

  @Test
  void lackOfMemoryIsToldAndLeavesTheStateWhole() throws IOException, InterruptedException {
    FakeProcess run = steps(Map.of("FAKE_CUDA_MEMORY", "260000000"), "gpu:0 48 2 8 1 FULL 2");
    assertThat(run.output())
        .contains("failed: program accumulate_only")
        .contains("out of memory")
        .contains("predicted: state ")
        .contains("values at most ")
        .contains("gpu:0: ")
        .contains("train.microBatchSize")
        .contains("state whole, intact true");
    assertThat(run.exit()).isZero();
  }

  @Test
  void aLimitIsKept() throws IOException, InterruptedException {
    FakeProcess run = steps(Map.of(), "gpu:0 48 2 8 1 FULL 2 gpuMemory=256MiB");
    assertThat(run.output()).contains("out of memory").contains("state whole, intact true");
  }

  /** A checkpoint is each slot of parameters and moments once, and nothing else goes down. */
  @Test
  void aCheckpointIsOneDownloadOfTheState() throws IOException, InterruptedException {
    ForkedRun run = ForkedRun.in(directory);
    long two = downloaded(run, "two", 9);
    long three = downloaded(run, "three", 6);
    long state = three - two;
    assertThat(state).isGreaterThan(10 * KIB);
    // Then the parameters once more, for final/; and each of the 18 steps has its loss and metrics.
    assertThat(two - 2 * state - state / 3).isBetween(1L, 18 * KIB);
  }

  private long downloaded(ForkedRun run, String name, int every)
      throws IOException, InterruptedException {
    Path config = run.config(name, "onnxruntime", 18);
    FakeProcess process =
        FakeProcess.run(
            fake,
            directory,
            Map.of(),
            "dev.fettle.cli.Main",
            "train",
            config.toString(),
            "--set",
            "backend.device=gpu:0",
            "--set",
            "train.checkpointEvery=" + every);
    assertThat(process.exit()).as(process.output()).isZero();
    return process.all().bytes("copy d2h ");
  }
}
