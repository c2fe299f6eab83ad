package dev.fettle.models.lora;

import dev.fettle.ir.DType;
import dev.fettle.models.ModelParts;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Source;
import dev.fettle.models.weights.WeightDifferences;
import dev.fettle.models.weights.WeightSource;
import dev.fettle.spi.HostTensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An adapter directory's {@code adapter_model.safetensors}: the low-rank matrices, the copies of
 * modules trained as a whole, and heads of the policy's own, named as PEFT names them.
 */
public final class AdapterWeights implements AutoCloseable {
  /** The file's name in an adapter directory. */
  public static final String FILE = "adapter_model.safetensors";

  private final WeightSource source;
  private final Map<String, String> storedNames = new LinkedHashMap<>();

  /**
   * Opens an adapter's weights and matches them to a policy's parameters.
   *
   * @throws ModelFileException if there are none, or they are not those of this adapter and base
   *     model: tensors and both shapes are named
   */
  public AdapterWeights(Path adapterDir, ModelParts parts) {
    this.source = open(adapterDir);
    try {
      match(parts);
    } catch (RuntimeException e) {
      source.close();
      throw e;
    }
  }

  private static WeightSource open(Path dir) {
    Path file = dir.resolve(FILE);
    if (!Files.exists(file) && Files.exists(dir.resolve("adapter_model.bin"))) {
      throw new ModelFileException(
          dir,
          "only pickled weights (adapter_model.bin) are here, which are not read; load the adapter"
              + " with PEFT and save it again");
    }
    return WeightSource.open(file);
  }

  private void match(ModelParts parts) {
    Map<String, long[]> needed = new LinkedHashMap<>();
    for (ParameterSpec p : parts.from(Source.ADAPTER, Source.HEAD)) {
      List<String> names = LoraNames.inFile(p.name(), parts.names());
      Optional<String> stored = names.stream().filter(source::has).findFirst();
      if (p.source() == Source.ADAPTER || stored.isPresent()) {
        storedNames.put(p.name(), stored.orElse(names.get(0)));
        needed.put(stored.orElse(names.get(0)), p.type().shape().sizes());
      }
    }
    WeightDifferences differences = WeightDifferences.between(source, needed);
    if (!differences.isEmpty()) {
      throw new ModelFileException(
          source.location(),
          "the weights do not fit "
              + AdapterConfig.FILE
              + " and the base model: "
              + differences.describe()
              + "; use the config and the base model they were saved with");
    }
  }

  /** A copy of a parameter in F32; empty if the adapter does not hold it. */
  public Optional<HostTensor> find(ParameterSpec parameter) {
    return Optional.ofNullable(storedNames.get(parameter.name()))
        .map(stored -> source.readAs(stored, DType.F32));
  }

  /** The type a parameter is stored in; empty if the adapter does not hold it. */
  public Optional<DType> dtype(ParameterSpec parameter) {
    return Optional.ofNullable(storedNames.get(parameter.name())).map(source::dtype);
  }

  /** The parameters an adapter's file holds, by the names it has for them. */
  public static Map<String, ParameterSpec> named(ModelParts parts) {
    Map<String, ParameterSpec> named = new LinkedHashMap<>();
    for (ParameterSpec p : parts.from(Source.ADAPTER, Source.HEAD)) {
      named.put(LoraNames.inFile(p.name(), parts.names()).get(0), p);
    }
    return named;
  }

  @Override
  public void close() {
    source.close();
  }
}
