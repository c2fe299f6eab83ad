package dev.fettle.models.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.models.config.LlamaConfig.Biases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Defaults are those of transformers 5.18's config classes. */
final class HfConfigTest {
  private static final Path ORIGIN = Path.of("m", "config.json");
  private static final String SIZES =
      "'hidden_size':64,'intermediate_size':96,'num_hidden_layers':4,'num_attention_heads':8,"
          + "'vocab_size':100";

  @TempDir Path dir;

  private static ObjectNode json(String singleQuoted) {
    try {
      return (ObjectNode) StrictJson.MAPPER.readTree(singleQuoted.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private static ModelConfig model(String type, String extra) {
    String keys = "{'model_type':'" + type + "'," + SIZES + (extra.isEmpty() ? "" : ",") + extra;
    return HfConfig.of(ORIGIN, json(keys + "}")).model();
  }

  private static LlamaConfig llama(String type, String extra) {
    return (LlamaConfig) model(type, extra);
  }

  @Test
  void defaultsOfLlama() {
    LlamaConfig c = llama("llama", "");
    assertThat(c.modelType()).isEqualTo("llama");
    assertThat(c.dims()).isEqualTo(new Dimensions(100, 64, 96, 4, 8, 8, 8, 2048));
    assertThat(c.activation()).isEqualTo(Activation.SILU);
    assertThat(c.rmsNormEps()).isEqualTo(1e-6);
    assertThat(c.biases()).isEqualTo(new Biases(false, false, false));
    assertThat(c.tied()).isFalse();
    assertThat(c.qkNorm()).isFalse();
    assertThat(c.ids().bos()).hasValue(1);
    assertThat(c.ids().eos()).containsExactly(2);
    assertThat(c.ids().pad()).isEmpty();
    assertThat(c.initializerRange()).isEqualTo(0.02);
    assertThat(c.rope()).isEqualTo(new RopeConfig(10000, 8, 2048, new RopeScaling.Default()));
    assertThat(llama("llama", "'sliding_window':5").slidingWindow()).isEmpty();
  }

  @Test
  void biasesAsEachFamilyHasThem() {
    String all = "'attention_bias':true,'mlp_bias':true,'num_key_value_heads':2";
    assertThat(llama("llama", all).biases()).isEqualTo(new Biases(true, true, true));
    assertThat(llama("mistral", all).biases()).isEqualTo(new Biases(false, false, false));
    assertThat(llama("qwen2", all).biases()).isEqualTo(new Biases(true, false, false));
    assertThat(llama("qwen3", all).biases()).isEqualTo(new Biases(true, true, false));
    assertThat(llama("qwen3", "'num_key_value_heads':2").biases())
        .isEqualTo(new Biases(false, false, false));
  }

  @Test
  void sizesAsEachFamilyHasThem() {
    assertThat(llama("mistral", "").dims())
        .isEqualTo(new Dimensions(100, 64, 96, 4, 8, 8, 8, 131072));
    assertThat(llama("mistral", "'head_dim':16,'num_key_value_heads':null").dims())
        .isEqualTo(new Dimensions(100, 64, 96, 4, 8, 8, 16, 131072));
    LlamaConfig qwen3 = llama("qwen3", "'num_key_value_heads':2");
    assertThat(qwen3.dims()).isEqualTo(new Dimensions(100, 64, 96, 4, 8, 2, 128, 32768));
    assertThat(qwen3.qkNorm()).isTrue();
    assertThat(qwen3.ids())
        .isEqualTo(
            new SpecialTokenIds(OptionalInt.empty(), java.util.List.of(), OptionalInt.empty()));
    // Absent means 32 there, as in transformers.
    assertThatThrownBy(() -> llama("qwen2", "")).hasMessageContaining("'num_key_value_heads'");
  }

  @Test
  void slidingWindows() {
    assertThat(llama("mistral", "").slidingWindow())
        .contains(new SlidingWindow(4096, Set.of(0, 1, 2, 3)));
    assertThat(llama("mistral", "'sliding_window':null").slidingWindow()).isEmpty();
    String qwen = "'num_key_value_heads':2,'sliding_window':16,";
    assertThat(llama("qwen2", qwen + "'use_sliding_window':false").slidingWindow()).isEmpty();
    LlamaConfig upper = llama("qwen2", qwen + "'use_sliding_window':true,'max_window_layers':3");
    assertThat(upper.windowOf(2)).isEmpty();
    assertThat(upper.windowOf(3)).hasValue(16);
    assertThat(llama("qwen2", qwen + "'use_sliding_window':true").slidingWindow()).isEmpty();
    String types =
        "'layer_types':['sliding_attention','full_attention','full_attention','full_attention']";
    assertThat(llama("qwen3", qwen + "'use_sliding_window':true," + types).slidingWindow())
        .contains(new SlidingWindow(16, Set.of(0)));
    assertThatThrownBy(() -> llama("qwen3", qwen + types))
        .hasMessageContaining("'layer_types' names sliding_attention but");
    assertThatThrownBy(() -> llama("qwen3", qwen + "'layer_types':['full_attention']"))
        .hasMessageContaining("'layer_types' has 1 entries where num_hidden_layers is 4");
  }

  @Test
  void specialTokens() {
    SpecialTokenIds ids =
        llama("llama", "'bos_token_id':null,'eos_token_id':[5,6],'pad_token_id':7").ids();
    assertThat(ids.bos()).isEmpty();
    assertThat(ids.eos()).containsExactly(5, 6);
    assertThat(ids.pad()).hasValue(7);
    assertThat(llama("llama", "'pad_token_id':-1,'eos_token_id':null").ids().pad()).isEmpty();
    assertThat(llama("llama", "'pad_token_id':-1,'eos_token_id':null").ids().eos()).isEmpty();
  }

  @Test
  void defaultsOfGpt2AndItsOtherNames() {
    Gpt2Config c =
        (Gpt2Config)
            HfConfig.of(
                    ORIGIN,
                    json("{'model_type':'gpt2','vocab_size':9,'n_embd':12,'n_layer':2,'n_head':3}"))
                .model();
    assertThat(c)
        .isEqualTo(
            new Gpt2Config(
                new Dimensions(9, 12, 48, 2, 3, 3, 4, 1024),
                new SpecialTokenIds(
                    OptionalInt.of(50256), java.util.List.of(50256), OptionalInt.empty()),
                Activation.GELU_TANH,
                1e-5,
                true,
                false,
                true,
                0.02));
    Gpt2Config other = (Gpt2Config) model("gpt2", "'max_position_embeddings':7,'n_inner':null");
    assertThat(other.dims()).isEqualTo(new Dimensions(100, 64, 256, 4, 8, 8, 8, 7));
  }

  @Test
  void defaultsOfGptNeox() {
    GptNeoxConfig c = (GptNeoxConfig) model("gpt_neox", "");
    assertThat(c.dims()).isEqualTo(new Dimensions(100, 64, 96, 4, 8, 8, 8, 2048));
    assertThat(c.activation()).isEqualTo(Activation.GELU);
    assertThat(c.layerNormEps()).isEqualTo(1e-5);
    assertThat(c.parallelResidual()).isTrue();
    assertThat(c.attentionBias()).isTrue();
    assertThat(c.tied()).isFalse();
    assertThat(c.ids().bos()).hasValue(0);
    assertThat(c.ids().eos()).containsExactly(2);
    assertThat(c.rope().rotaryDim()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          'hidden_size':'64'                     | 'hidden_size' must be a whole number, found "64"
          'hidden_size':64.5                     | 'hidden_size' must be a whole number, found 64.5
          'hidden_size':0                        | 'hidden_size' must be a positive whole number, found 0
          'hidden_size':-3                       | 'hidden_size' must be a whole number, found -3
          'hidden_size':null                     | 'hidden_size' is missing; expected a positive whole number
          'hidden_size':65                       | 'hidden_size' must be a multiple of num_attention_heads = 8
          'rms_norm_eps':'x'                     | 'rms_norm_eps' must be a number, found "x"
          'tie_word_embeddings':1                | 'tie_word_embeddings' must be true or false, found 1
          'hidden_act':'snake'                   | 'hidden_act' 'snake' is not supported; use one of [silu
          'hidden_act':1                         | 'hidden_act' must be a string, found 1
          'num_key_value_heads':3                | 'num_key_value_heads' must divide num_attention_heads = 8
          'head_dim':7                           | 'head_dim' must be even
          'eos_token_id':[1,'x']                 | 'eos_token_id' must be a token id or a list of token ids
          'rope_theta':0                         | 'rope_theta' must be positive
          'rope_scaling':3                       | 'rope_scaling' must be an object, found 3
          'rope_scaling':{'type':'warp'}         | 'rope_scaling.rope_type' 'warp' is not supported
          'rope_scaling':{'type':'linear'}       | 'rope_scaling.factor' is missing; expected a number
          'rope_parameters':{'rope_type':'linear','factor':0} | 'rope_parameters.factor' must be positive
          'rope_parameters':{'full_attention':{'rope_theta':1}} | 'rope_parameters' differ by layer type
          'rope_scaling':{'type':'longrope','short_factor':[1],'long_factor':[1]} | 'rope_scaling.short_factor' must have 4 numbers, found 1
          'quantization_config':{'bits':4}       | 'quantization_config' marks quantised weights
          """,
      quoteCharacter = '`')
  void mistakesNameTheKeyAndWhatIsExpected(String extra, String message) {
    ObjectNode base = json("{'model_type':'llama'," + SIZES + "}");
    base.setAll(json("{" + extra + "}"));
    assertThatThrownBy(() -> HfConfig.of(ORIGIN, base))
        .isInstanceOf(ModelFileException.class)
        .hasMessageStartingWith(ORIGIN + ": key " + message);
  }

  @Test
  void unknownFamilies() {
    assertThatThrownBy(() -> model("bert", ""))
        .hasMessage(
            ORIGIN
                + ": key 'model_type' 'bert' is not supported; expected one of "
                + "[llama, mistral, qwen2, qwen3, gpt2, gpt_neox]");
    assertThatThrownBy(() -> HfConfig.of(ORIGIN, json("{}")))
        .hasMessageContaining("'model_type' is missing; expected one of [llama");
  }

  @Test
  void filesThatAreNotConfigs() throws IOException {
    Path file = dir.resolve("config.json");
    assertThatThrownBy(() -> HfConfig.read(dir)).hasMessage(file + ": no such file");
    for (String text : new String[] {"", "[]", "{\"a\":1,\"a\":2}", "{\n\"a\" 1}", "{}{}"}) {
      Files.writeString(file, text);
      assertThatThrownBy(() -> HfConfig.read(dir))
          .isInstanceOf(ModelFileException.class)
          .hasMessageStartingWith(file + ": not ");
    }
    Files.writeString(file, "{\n\"a\" 1}");
    assertThatThrownBy(() -> HfConfig.read(dir)).hasMessageContaining("line 2");
  }

  @Test
  void savingKeepsUnknownKeysAndAppliesChanges() {
    ObjectNode read =
        json(
            "{'architectures':['LlamaForCausalLM'],'model_type':'llama',"
                + SIZES
                + ",'weird':{'x':[1,2.5,null]},'rope_scaling':null}");
    HfConfig config = HfConfig.of(ORIGIN, read);
    assertThat(config.json()).isEqualTo(read);
    assertThat(config.architectures()).containsExactly("LlamaForCausalLM");
    HfConfig changed = config.with("vocab_size", IntNode.valueOf(101));
    changed.write(dir.resolve("new"));
    HfConfig back = HfConfig.read(dir.resolve("new"));
    assertThat(back.model().dims().vocab()).isEqualTo(101);
    ObjectNode expected = read.deepCopy();
    expected.put("vocab_size", 101);
    assertThat(back.json()).isEqualTo(expected);
    assertThat(config.model().dims().vocab()).isEqualTo(100);
  }
}
