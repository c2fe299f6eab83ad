package dev.fettle.models.lora;

import dev.fettle.models.ModelParts;
import dev.fettle.models.StoredParameters;
import dev.fettle.models.nn.Linears;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.spi.HostTensor;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A base model's parameters with an adapter worked into them: {@code W + scale B A}, and the
 * trained copies in place of what they are copies of.
 */
public final class MergedParameters {
  private final StoredParameters base;
  private final AdapterWeights adapter;
  private final LoraConfig config;
  private final ModelParts adapted;
  private final Map<String, Linears.Spec> layers = new HashMap<>();

  /**
   * Works an adapter into a base model.
   *
   * @param base parameters of the policy with the adapter, as stored
   * @param adapter its weights
   * @param adapted parts of the policy with the adapter
   */
  public MergedParameters(
      StoredParameters base,
      AdapterWeights adapter,
      ModelParts adapted,
      LoraConfig config,
      AdaptableLayers model) {
    this.base = base;
    this.adapter = adapter;
    this.adapted = adapted;
    this.config = config;
    model.adapted(config).forEach(l -> layers.put(l.path() + ".weight", l));
  }

  /** Whether the output head has come apart from an embedding it was tied to. */
  public static boolean unties(ModelParts adapted) {
    return adapted.has(LoraNames.copy(adapted.names().head()))
        || adapted.has(LoraNames.copy(adapted.names().embedding()));
  }

  /** A parameter of the merged model, which has no adapter. */
  public HostTensor of(ParameterSpec parameter) {
    for (ParameterSpec p : adapted.parameters()) {
      boolean trained =
          p.name().equals(parameter.name()) || p.name().equals(LoraNames.copy(parameter.name()));
      if (trained && adapter.find(p).isPresent()) {
        return adapter.find(p).orElseThrow();
      }
    }
    if (parameter.name().equals(adapted.names().head()) && !adapted.has(parameter.name())) {
      // The head of a tied model whose embedding alone was trained stays as the embedding was.
      return base.read(byName(adapted.names().embedding()));
    }
    HostTensor weight = base.read(parameter);
    Linears.Spec layer = layers.get(parameter.name());
    if (layer != null) {
      add(weight, layer);
    }
    return weight;
  }

  private ParameterSpec byName(String name) {
    return adapted.parameters().stream()
        .filter(p -> p.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no parameter " + name));
  }

  private void add(HostTensor weight, Linears.Spec layer) {
    float[] a = adapter.find(byName(LoraNames.a(layer.path()))).orElseThrow().toFloats();
    float[] b = adapter.find(byName(LoraNames.b(layer.path()))).orElseThrow().toFloats();
    int rank = config.rankOf(layer.path());
    double scale = config.scaleOf(layer.path());
    int in = a.length / rank;
    int out = b.length / rank;
    FloatBuffer w = weight.floats();
    IntStream.range(0, out)
        .parallel()
        .forEach(
            o -> {
              // Rounded once, at the end.
              double[] row = new double[in];
              for (int r = 0; r < rank; r++) {
                double factor = b[o * rank + r];
                int start = r * in;
                for (int i = 0; i < in; i++) {
                  row[i] += factor * a[start + i];
                }
              }
              for (int i = 0; i < in; i++) {
                int at = layer.transposed() ? o * in + i : i * out + o;
                w.put(at, (float) (w.get(at) + scale * row[i]));
              }
            });
  }
}
