package dev.fettle.models.gptneox;

import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.LayerNorm;
import dev.fettle.ir.composite.Split;
import dev.fettle.models.LanguageModel;
import dev.fettle.models.ModelNames;
import dev.fettle.models.ModelShape;
import dev.fettle.models.config.GptNeoxConfig;
import dev.fettle.models.nn.Activations;
import dev.fettle.models.nn.AttentionStrategy;
import dev.fettle.models.nn.Heads;
import dev.fettle.models.nn.Linears;
import dev.fettle.models.nn.ModelScope;
import dev.fettle.models.nn.RotaryTables;
import dev.fettle.models.nn.TokenInputs;
import dev.fettle.spi.HostTensor;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * GPT-NeoX, the architecture of Pythia (Black et al., 2022): rotary positions on a part of each
 * head, attention and feed-forward layer side by side or one after the other. Parameter names as in
 * Hugging Face's {@code GPTNeoXForCausalLM}.
 */
public final class GptNeoxModel implements LanguageModel {
  private static final ModelNames NAMES =
      new ModelNames("gpt_neox.", "gpt_neox.embed_in.weight", "embed_out.weight");

  private final GptNeoxConfig config;
  private final Dim embed;
  private final Dim vocab;
  private final Dim heads;
  private final Dim headDim;
  private final RotaryTables rotary;

  /** The architecture of a config. */
  public GptNeoxModel(GptNeoxConfig config) {
    this.config = config;
    this.embed = new Dim("embed", config.dims().hidden());
    this.vocab = new Dim("vocab", config.dims().vocab());
    this.heads = new Dim("heads", config.dims().heads());
    this.headDim = new Dim("headDim", config.dims().headDim());
    this.rotary = RotaryTables.of(config.rope());
  }

  @Override
  public ModelShape shape() {
    return new ModelShape(
        config.dims().vocab(),
        config.dims().hidden(),
        config.dims().layers(),
        config.dims().heads(),
        (int) headDim.size(),
        config.rope().reach());
  }

  @Override
  public ModelNames names() {
    return NAMES;
  }

  @Override
  public Value hidden(ModelScope s, TokenInputs tokens) {
    GraphBuilder g = s.g();
    Value x = g.gather(embedding(s), g.reshape(tokens.ids(), tokens.tokens()));
    RotaryTables.Angles angles = rotary.at(s, tokens);
    for (int i = 0; i < config.dims().layers(); i++) {
      int layer = i;
      Value in = x;
      x = s.block("layers." + i, () -> block(s, tokens, angles, layer, in));
    }
    return norm(s, "gpt_neox.final_layer_norm", x);
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

  private Value block(
      ModelScope s, TokenInputs tokens, RotaryTables.Angles angles, int layer, Value x) {
    GraphBuilder g = s.g();
    String path = "gpt_neox.layers." + layer;
    Value normed = norm(s, path + ".input_layernorm", x);
    Value attended = attention(s, tokens, angles, layer, normed);
    if (config.parallelResidual()) {
      Value fed = mlp(s, path + ".mlp", norm(s, path + ".post_attention_layernorm", x));
      return g.add(g.add(fed, attended), x);
    }
    Value a = g.add(attended, x);
    return g.add(mlp(s, path + ".mlp", norm(s, path + ".post_attention_layernorm", a)), a);
  }

  private Value attention(
      ModelScope s, TokenInputs tokens, RotaryTables.Angles angles, int layer, Value x) {
    GraphBuilder g = s.g();
    String path = "gpt_neox.layers." + layer + ".attention";
    boolean bias = config.attentionBias();
    Dim fused = new Dim("qkv", 3 * embed.size());
    Value qkv =
        s.linears().apply(s, new Linears.Spec(path + ".query_key_value", fused, bias, true), x);
    // Each head's query, key and value lie side by side.
    Dim three = new Dim("qkv", 3 * headDim.size());
    Value perHead = Heads.split(g, qkv, tokens, heads, three);
    List<Value> parts = Split.of(g, perHead, -1, List.of(headDim, headDim, headDim));
    AttentionStrategy.Spec spec =
        new AttentionStrategy.Spec(
            layer, 1 / Math.sqrt((double) headDim.size()), OptionalInt.empty());
    Value mixed =
        s.attention()
            .attend(
                s,
                spec,
                Heads.forward(g, rotated(g, angles, parts.get(0))),
                Heads.forward(g, rotated(g, angles, parts.get(1))),
                Heads.forward(g, parts.get(2)));
    Value joined = Heads.join(g, mixed, tokens, embed);
    return s.linears().apply(s, new Linears.Spec(path + ".dense", embed, bias, true), joined);
  }

  /** Rotates the first part of each head and leaves the rest. */
  private Value rotated(GraphBuilder g, RotaryTables.Angles angles, Value x) {
    long rotaryDim = config.rope().rotaryDim();
    if (rotaryDim == headDim.size()) {
      return angles.rotate(g, x);
    }
    Dim turning = headDim.withSize(rotaryDim);
    Dim resting = headDim.withSize(headDim.size() - rotaryDim);
    List<Value> parts = Split.of(g, x, -1, List.of(turning, resting));
    return g.concat(List.of(angles.rotate(g, parts.get(0)), parts.get(1)), -1);
  }

  private Value mlp(ModelScope s, String path, Value x) {
    Dim inner = new Dim("mlp", config.dims().intermediate());
    Value up =
        s.linears().apply(s, new Linears.Spec(path + ".dense_h_to_4h", inner, true, true), x);
    Value active = Activations.of(s.g(), config.activation(), up);
    return s.linears()
        .apply(s, new Linears.Spec(path + ".dense_4h_to_h", embed, true, true), active);
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
    return rotary.tensors();
  }

  @Override
  public boolean dependsOnLength() {
    return rotary.dependOnLength();
  }

  @Override
  public Map<String, HostTensor> inputs(Map<String, HostTensor> batch) {
    return rotary.inputs(batch);
  }
}
