package dev.fettle.harness.model;

import dev.fettle.harness.config.SaveAs;
import dev.fettle.ir.DType;
import dev.fettle.models.ModelParts;
import dev.fettle.models.StoredParameters;
import dev.fettle.models.config.HfConfig;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.models.lora.AdapterWeights;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.weights.TensorEntry;
import dev.fettle.models.weights.WeightSource;
import dev.fettle.spi.HostTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The types in which parameters are written. They are trained in F32; a narrower type rounds to the
 * nearest.
 *
 * @param own of parameters that have one of their own, by name
 * @param others of all others
 * @param everywhere whether all are of that type, which {@code config.json} then says
 */
public record SavedTypes(Map<String, DType> own, DType others, boolean everywhere) {

  /** As they are trained. */
  public static final SavedTypes F32 = all(DType.F32);

  /** Copies the map. */
  public SavedTypes {
    own = Map.copyOf(own);
  }

  private static SavedTypes all(DType type) {
    return new SavedTypes(Map.of(), type, true);
  }

  /**
   * The types that a plan's settings ask for.
   *
   * @param parts of the plan's policy
   * @throws ModelFileException if the files they came in cannot be read
   */
  public static SavedTypes of(PolicyPlan plan, ModelParts parts) {
    return all(plan.settings().saveAs()).orElseGet(() -> ofSource(plan, parts));
  }

  private static SavedTypes ofSource(PolicyPlan plan, ModelParts parts) {
    if (plan.adapter().isPresent()) {
      Optional<Path> stored = plan.adapter().flatMap(PolicyAdapter::directory);
      // A fresh adapter came in none; PEFT too keeps it in F32.
      return stored.map(path -> ofAdapter(path, parts)).orElse(F32);
    }
    HfConfig config = plan.files().config();
    if (plan.settings().fresh()) {
      return new SavedTypes(Map.of(), stated(config), false);
    }
    try (WeightSource source = plan.files().weights()) {
      return ofModel(config, parts, new StoredParameters(source, parts));
    }
  }

  /** The types in which a model's files hold its parameters. */
  static SavedTypes ofModel(HfConfig config, ModelParts parts, StoredParameters stored) {
    return new SavedTypes(types(parts, stored::dtype), stated(config), false);
  }

  /** One type for all; empty for {@link SaveAs#SOURCE}. */
  static Optional<SavedTypes> all(SaveAs as) {
    return switch (as) {
      case SOURCE -> Optional.empty();
      case F32 -> Optional.of(F32);
      case BF16 -> Optional.of(all(DType.BF16));
      case F16 -> Optional.of(all(DType.F16));
    };
  }

  private static SavedTypes ofAdapter(Path adapter, ModelParts parts) {
    try (AdapterWeights stored = new AdapterWeights(adapter, parts)) {
      return new SavedTypes(types(parts, stored::dtype), DType.F32, false);
    }
  }

  private static Map<String, DType> types(
      ModelParts parts, Function<ParameterSpec, Optional<DType>> stored) {
    Map<String, DType> types = new LinkedHashMap<>();
    for (ParameterSpec p : parts.parameters()) {
      stored.apply(p).ifPresent(type -> types.put(p.name(), narrow(type)));
    }
    return types;
  }

  /** What is wider was narrowed when it was read. */
  private static DType narrow(DType type) {
    return type == DType.BF16 || type == DType.F16 ? type : DType.F32;
  }

  /** What the config says its weights are: the type of those that are in no file. */
  private static DType stated(HfConfig config) {
    String name =
        config.json().path("dtype").asText(config.json().path("torch_dtype").asText("float32"));
    return switch (name.toLowerCase(Locale.ROOT).replace("torch.", "")) {
      case "bfloat16" -> DType.BF16;
      case "float16", "half" -> DType.F16;
      default -> DType.F32;
    };
  }

  /** The type of one. */
  public DType of(ParameterSpec parameter) {
    return own.getOrDefault(parameter.name(), others);
  }

  /** What transformers calls the type that all are of; empty where they keep their own. */
  Optional<String> name() {
    return everywhere ? Optional.of(name(others)) : Optional.empty();
  }

  private static String name(DType type) {
    return switch (type) {
      case BF16 -> "bfloat16";
      case F16 -> "float16";
      default -> "float32";
    };
  }

  /**
   * An entry in its type.
   *
   * @param name in the file
   * @param exact the same in F32
   * @throws ModelFileException when it is written, if it has values beyond its type
   */
  TensorEntry entry(String name, ParameterSpec parameter, TensorEntry exact) {
    DType type = of(parameter);
    if (type == exact.dtype()) {
      return exact;
    }
    List<Supplier<HostTensor>> pieces = new ArrayList<>();
    exact.pieces().forEach(piece -> pieces.add(() -> rounded(name, piece.get(), type)));
    return new TensorEntry(name, type, exact.shape(), pieces);
  }

  private static HostTensor rounded(String name, HostTensor exact, DType type) {
    HostTensor rounded = exact.cast(type);
    for (long i = 0; i < rounded.elements(); i++) {
      if (Double.isInfinite(rounded.get(i)) && Double.isFinite(exact.get(i))) {
        throw new ModelFileException(
            Path.of(name),
            "holds "
                + exact.get(i)
                + ", which "
                + name(type)
                + " cannot hold; set model.saveAs: bf16 or f32, then resume the run");
      }
    }
    return rounded;
  }
}
