package dev.fettle.harness.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.files.Directories;
import dev.fettle.files.FileErrors;
import dev.fettle.models.ModelParts;
import dev.fettle.models.Models;
import dev.fettle.models.config.HfConfig;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.settings.ConfigException;
import dev.fettle.tokenizer.BpeTrainer;
import dev.fettle.tokenizer.BpeTrainer.Role;
import dev.fettle.tokenizer.BpeTrainer.Special;
import dev.fettle.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A model to be made from nothing: random weights, and a tokenizer copied or trained.
 *
 * @param family its architecture
 * @param sizes how large it is
 * @param tokens where its tokenizer comes from
 * @param seed of the weights
 */
public record NewModel(Family family, Sizes sizes, Tokens tokens, long seed) {

  /** The architectures a model can be made of. */
  public enum Family {
    /** Llama. */
    LLAMA("LlamaForCausalLM"),
    /** GPT-2. */
    GPT2("GPT2LMHeadModel"),
    /** GPT-NeoX, Pythia. */
    GPT_NEOX("GPTNeoXForCausalLM");

    private final String architecture;

    Family(String architecture) {
      this.architecture = architecture;
    }

    /** The {@code model_type} of its config. */
    public String modelType() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * The sizes of a model.
   *
   * @param layers number of blocks
   * @param embed width of the hidden states
   * @param heads query heads
   * @param kvHeads key and value heads; Llama only, others have as many as query heads
   * @param mlp width inside the feed-forward layer
   * @param positions the longest sequence
   * @param tied whether the head shares the embedding's weights
   */
  public record Sizes(
      int layers, int embed, int heads, int kvHeads, int mlp, int positions, boolean tied) {}

  /** Where a tokenizer comes from. */
  public sealed interface Tokens {}

  /** A tokenizer that exists: a directory with {@code tokenizer.json}. */
  public record CopiedTokens(Path directory) implements Tokens {}

  /**
   * A byte-level BPE tokenizer trained for the purpose.
   *
   * @param texts files of plain text
   * @param vocabSize tokens at most
   * @param special further special tokens, as {@code <|im_start|>}
   */
  public record TrainedTokens(List<Path> texts, int vocabSize, List<String> special)
      implements Tokens {
    /** The token that ends a text, and begins one. */
    public static final String END = "<|endoftext|>";
  }

  /**
   * Writes the model's directory; it appears whole or not at all.
   *
   * @throws ConfigException if the directory is there already, or the sizes do not fit together
   */
  public void write(Path directory) {
    if (Files.exists(directory)) {
      throw ConfigException.about(
          "out", directory + " is there already; choose another directory, or remove it");
    }
    Path temporary = temporary();
    try (Tokenizer tokenizer = tokenizer(temporary)) {
      HfConfig config = config(tokenizer);
      ModelParts parts = ModelParts.of(Models.of(config.model()));
      FreshParameters fresh = new FreshParameters(parts, seed, config.model().initializerRange());
      new FinalModel(
              config, Optional.of(tokenizer), Optional.empty(), Optional.empty(), Optional.empty())
          .write(directory, parts, fresh::of);
    } finally {
      Directories.deleteQuietly(temporary);
    }
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("fettle-tokenizer");
    } catch (IOException e) {
      throw ConfigException.about(
          "out", "no temporary directory can be made: " + FileErrors.reason(e));
    }
  }

  private Tokenizer tokenizer(Path temporary) {
    if (tokens instanceof CopiedTokens copied) {
      return Tokenizer.load(copied.directory());
    }
    TrainedTokens trained = (TrainedTokens) tokens;
    List<Special> special = new ArrayList<>();
    special.add(Special.of(TrainedTokens.END, Role.BOS, Role.EOS, Role.PAD));
    trained.special().forEach(t -> special.add(Special.of(t)));
    try {
      BpeTrainer trainer = new BpeTrainer(new BpeTrainer.Settings(trained.vocabSize(), 2, special));
      trainer.train(trained.texts().stream().map(NewModel::text).iterator()).save(temporary);
    } catch (IllegalArgumentException e) {
      throw ConfigException.about("tokenizer", String.valueOf(e.getMessage()));
    }
    return Tokenizer.load(temporary);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw ConfigException.about("tokenizer", file + " is not UTF-8 text");
    } catch (IOException e) {
      throw ConfigException.about("tokenizer", file + " cannot be read: " + FileErrors.reason(e));
    }
  }

  private HfConfig config(Tokenizer tokenizer) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.putArray("architectures").add(family.architecture);
    json.put("model_type", family.modelType());
    json.put("vocab_size", tokenizer.vocabSize());
    switch (family) {
      case LLAMA -> llama(json);
      case GPT2 -> gpt2(json);
      case GPT_NEOX -> gptNeox(json);
    }
    json.put("tie_word_embeddings", sizes.tied());
    json.put("initializer_range", 0.02);
    put(json, "bos_token_id", tokenizer.bosId());
    put(json, "eos_token_id", tokenizer.eosId());
    put(json, "pad_token_id", tokenizer.padId());
    json.put("dtype", "float32");
    try {
      return HfConfig.of(Path.of("config.json"), json);
    } catch (ModelFileException e) {
      throw ConfigException.about("sizes", String.valueOf(e.getMessage()));
    }
  }

  private static void put(ObjectNode json, String key, OptionalInt id) {
    if (id.isPresent()) {
      json.put(key, id.getAsInt());
    } else {
      json.putNull(key);
    }
  }

  private void llama(ObjectNode json) {
    common(json);
    json.put("num_key_value_heads", sizes.kvHeads());
    json.put("hidden_act", "silu");
    json.put("rms_norm_eps", 1e-5);
    json.put("rope_theta", 10000.0);
    json.put("attention_bias", false);
    json.put("mlp_bias", false);
  }

  private void gptNeox(ObjectNode json) {
    common(json);
    json.put("hidden_act", "gelu");
    json.put("layer_norm_eps", 1e-5);
    json.put("rotary_pct", 0.25);
    json.put("rotary_emb_base", 10000);
    json.put("use_parallel_residual", true);
    json.put("attention_bias", true);
    json.put("attention_dropout", 0.0);
    json.put("hidden_dropout", 0.0);
  }

  private void common(ObjectNode json) {
    json.put("hidden_size", sizes.embed());
    json.put("intermediate_size", sizes.mlp());
    json.put("num_hidden_layers", sizes.layers());
    json.put("num_attention_heads", sizes.heads());
    json.put("max_position_embeddings", sizes.positions());
  }

  private void gpt2(ObjectNode json) {
    json.put("n_embd", sizes.embed());
    json.put("n_inner", sizes.mlp());
    json.put("n_layer", sizes.layers());
    json.put("n_head", sizes.heads());
    json.put("n_positions", sizes.positions());
    json.put("activation_function", "gelu_new");
    json.put("layer_norm_epsilon", 1e-5);
    json.put("attn_pdrop", 0.0);
    json.put("embd_pdrop", 0.0);
    json.put("resid_pdrop", 0.0);
  }
}
