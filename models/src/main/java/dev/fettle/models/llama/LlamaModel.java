package dev.fettle.models.llama;

import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.RmsNorm;
import dev.fettle.ir.composite.SwiGlu;
import dev.fettle.models.LanguageModel;
import dev.fettle.models.ModelNames;
import dev.fettle.models.ModelShape;
import dev.fettle.models.config.Activation;
import dev.fettle.models.config.LlamaConfig;
import dev.fettle.models.nn.Activations;
import dev.fettle.models.nn.AttentionStrategy;
import dev.fettle.models.nn.Heads;
import dev.fettle.models.nn.Linears;
import dev.fettle.models.nn.ModelScope;
import dev.fettle.models.nn.RotaryTables;
import dev.fettle.models.nn.TokenInputs;
import dev.fettle.spi.HostTensor;
import java.util.Map;

/**
 * The Llama family (Touvron et al., 2023): Llama, Mistral, Qwen2 and Qwen3. Rotary positions, RMS
 * norms, gated feed-forward layers, grouped key and value heads; biases and query/key norms as the
 * config says. Parameter names as in Hugging Face's {@code LlamaForCausalLM}.
 */
public final class LlamaModel implements LanguageModel {
  private static final ModelNames NAMES =
      new ModelNames("model.", "model.embed_tokens.weight", "lm_head.weight");

  private final LlamaConfig config;
  private final Dim embed;
  private final Dim vocab;
  private final Dim headDim;
  private final RotaryTables rotary;

  /** The architecture of a config. */
  public LlamaModel(LlamaConfig config) {
    this.config = config;
    this.embed = new Dim("embed", config.dims().hidden());
    this.vocab = new Dim("vocab", config.dims().vocab());
    this.headDim = new Dim("headDim", config.dims().headDim());
    this.rotary = RotaryTables.of(config.rope());
  }

  @Override
  public ModelShape shape() {
    return new ModelShape(
        config.dims().vocab(),
        config.dims().hidden(),
        config.dims().layers(),
        config.dims().kvHeads(),
        config.dims().headDim(),
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
    return norm(s, "model.norm", x, embed);
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
    String path = "model.layers." + layer;
    Value normed = norm(s, path + ".input_layernorm", x, embed);
    Value a = s.g().add(x, attention(s, tokens, angles, layer, normed));
    Value after = norm(s, path + ".post_attention_layernorm", a, embed);
    return s.g().add(a, mlp(s, path + ".mlp", after));
  }

  private Value attention(
      ModelScope s, TokenInputs tokens, RotaryTables.Angles angles, int layer, Value x) {
    GraphBuilder g = s.g();
    String path = "model.layers." + layer + ".self_attn";
    Dim heads = new Dim("heads", config.dims().heads());
    Dim kvHeads = new Dim("kvHeads", config.dims().kvHeads());
    Value q = projected(s, path + ".q_proj", tokens, heads, x);
    Value k = projected(s, path + ".k_proj", tokens, kvHeads, x);
    Value v = projected(s, path + ".v_proj", tokens, kvHeads, x);
    if (config.qkNorm()) {
      q = norm(s, path + ".q_norm", q, headDim);
      k = norm(s, path + ".k_norm", k, headDim);
    }
    AttentionStrategy.Spec spec =
        new AttentionStrategy.Spec(
            layer, 1 / Math.sqrt((double) headDim.size()), config.windowOf(layer));
    Value mixed =
        s.attention()
            .attend(
                s,
                spec,
                Heads.forward(g, angles.rotate(g, q)),
                Heads.forward(g, angles.rotate(g, k)),
                Heads.forward(g, v));
    Value joined = Heads.join(g, mixed, tokens, new Dim("attended", heads.size() * headDim.size()));
    return s.linears()
        .apply(
            s, new Linears.Spec(path + ".o_proj", embed, config.biases().output(), true), joined);
  }

  /** A projection onto heads: {@code [batch, seq, heads, headDim]}. */
  private Value projected(ModelScope s, String path, TokenInputs tokens, Dim heads, Value x) {
    Dim joined = new Dim(heads.name() + "*headDim", heads.size() * headDim.size());
    Value y = s.linears().apply(s, new Linears.Spec(path, joined, config.biases().qkv(), true), x);
    return Heads.split(s.g(), y, tokens, heads, headDim);
  }

  private Value mlp(ModelScope s, String path, Value x) {
    Dim inner = new Dim("mlp", config.dims().intermediate());
    boolean bias = config.biases().mlp();
    Value gate = s.linears().apply(s, new Linears.Spec(path + ".gate_proj", inner, bias, true), x);
    Value up = s.linears().apply(s, new Linears.Spec(path + ".up_proj", inner, bias, true), x);
    Value active =
        config.activation() == Activation.SILU
            ? SwiGlu.of(s.g(), gate, up)
            : s.g().mul(Activations.of(s.g(), config.activation(), gate), up);
    return s.linears().apply(s, new Linears.Spec(path + ".down_proj", embed, bias, true), active);
  }

  private Value norm(ModelScope s, String path, Value x, Dim dim) {
    return RmsNorm.of(s.g(), x, s.params().scale(path + ".weight", dim), config.rmsNormEps());
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
