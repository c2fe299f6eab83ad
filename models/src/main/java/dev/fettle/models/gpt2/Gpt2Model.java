package dev.fettle.models.gpt2;

import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.LayerNorm;
import dev.fettle.ir.composite.Split;
import dev.fettle.models.LanguageModel;
import dev.fettle.models.ModelNames;
import dev.fettle.models.ModelShape;
import dev.fettle.models.config.Gpt2Config;
import dev.fettle.models.nn.Activations;
import dev.fettle.models.nn.AttentionStrategy;
import dev.fettle.models.nn.Heads;
import dev.fettle.models.nn.Initializer;
import dev.fettle.models.nn.Linears;
import dev.fettle.models.nn.ModelScope;
import dev.fettle.models.nn.TokenInputs;
import dev.fettle.spi.HostTensor;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * GPT-2 (Radford et al., 2019): learned positions, norms before each sublayer, one fused projection
 * for queries, keys and values. Parameter names as in Hugging Face's {@code GPT2LMHeadModel}.
 */
public final class Gpt2Model implements LanguageModel {
  private static final ModelNames NAMES =
      new ModelNames("transformer.", "transformer.wte.weight", "lm_head.weight");

  private final Gpt2Config config;
  private final Dim embed;
  private final Dim vocab;

  /** The architecture of a config. */
  public Gpt2Model(Gpt2Config config) {
    this.config = config;
    this.embed = new Dim("embed", config.dims().hidden());
    this.vocab = new Dim("vocab", config.dims().vocab());
  }

  @Override
  public ModelShape shape() {
    return new ModelShape(
        config.dims().vocab(),
        config.dims().hidden(),
        config.dims().layers(),
        config.dims().heads(),
        config.dims().headDim(),
        config.dims().maxPositions());
  }

  @Override
  public ModelNames names() {
    return NAMES;
  }

  @Override
  public Value hidden(ModelScope s, TokenInputs tokens) {
    GraphBuilder g = s.g();
    Value ids = g.reshape(tokens.ids(), tokens.tokens());
    Value positions = g.reshape(tokens.positions(), tokens.tokens());
    Dim position = new Dim("position", config.dims().maxPositions());
    Value x =
        g.add(
            g.gather(embedding(s), ids),
            g.gather(s.params().weight("transformer.wpe.weight", position, embed), positions));
    for (int i = 0; i < config.dims().layers(); i++) {
      int layer = i;
      Value in = x;
      x = s.block("h." + i, () -> block(s, tokens, layer, in));
    }
    return norm(s, "transformer.ln_f", x);
  }

  @Override
  public Value head(ModelScope s) {
    return config.tied()
        ? s.params().tied(NAMES.head(), NAMES.embedding(), vocab, embed)
        : s.params().weight(NAMES.head(), vocab, embed);
  }

  private Value embedding(ModelScope s) {
    return s.params().weight(NAMES.embedding(), vocab, embed);
  }

  private Value block(ModelScope s, TokenInputs tokens, int layer, Value x) {
    String path = "transformer.h." + layer;
    Value a = s.g().add(x, attention(s, tokens, layer, norm(s, path + ".ln_1", x)));
    return s.g().add(a, mlp(s, path + ".mlp", norm(s, path + ".ln_2", a)));
  }

  private Value attention(ModelScope s, TokenInputs tokens, int layer, Value x) {
    GraphBuilder g = s.g();
    String path = "transformer.h." + layer + ".attn";
    Dim heads = new Dim("heads", config.dims().heads());
    Dim headDim = new Dim("headDim", embed.size() / heads.size());
    Dim fused = new Dim("qkv", 3 * embed.size());
    Value qkv = s.linears().apply(s, new Linears.Spec(path + ".c_attn", fused, true, false), x);
    List<Value> parts = Split.of(g, qkv, 1, List.of(embed, embed, embed));
    List<Value> split =
        parts.stream()
            .map(p -> Heads.forward(g, Heads.split(g, p, tokens, heads, headDim)))
            .toList();
    AttentionStrategy.Spec spec =
        new AttentionStrategy.Spec(layer, scale(layer, headDim), OptionalInt.empty());
    Value mixed = s.attention().attend(s, spec, split.get(0), split.get(1), split.get(2));
    Value joined = Heads.join(g, mixed, tokens, embed);
    return s.linears().apply(s, ontoStream(path), joined);
  }

  private double scale(int layer, Dim headDim) {
    double scale = config.scaleByHeadDim() ? 1 / Math.sqrt((double) headDim.size()) : 1;
    return config.scaleByLayer() ? scale / (layer + 1) : scale;
  }

  private Value mlp(ModelScope s, String path, Value x) {
    Dim inner = new Dim("mlp", config.dims().intermediate());
    Value up = s.linears().apply(s, new Linears.Spec(path + ".c_fc", inner, true, false), x);
    Value active = Activations.of(s.g(), config.activation(), up);
    return s.linears().apply(s, ontoStream(path), active);
  }

  /**
   * The layer whose result is added to the residual stream. There are two in each block, and their
   * first weights are smaller so that the stream's variance does not grow with depth (Radford et
   * al., 2019, 2.3).
   */
  private Linears.Spec ontoStream(String path) {
    double share = 1 / Math.sqrt(2.0 * config.dims().layers());
    return new Linears.Spec(path + ".c_proj", embed, true, false)
        .filled(new Initializer.Normal(share));
  }

  private Value norm(ModelScope s, String path, Value x) {
    return LayerNorm.of(
        s.g(),
        x,
        s.params().scale(path + ".weight", embed),
        s.params().bias(path + ".bias", embed),
        config.layerNormEps());
  }

  @Override
  public Map<String, HostTensor> tables() {
    return Map.of();
  }
}
