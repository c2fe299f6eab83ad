package dev.fettle.models;

import dev.fettle.models.config.Gpt2Config;
import dev.fettle.models.config.GptNeoxConfig;
import dev.fettle.models.config.LlamaConfig;
import dev.fettle.models.config.ModelConfig;
import dev.fettle.models.gpt2.Gpt2Model;
import dev.fettle.models.gptneox.GptNeoxModel;
import dev.fettle.models.llama.LlamaModel;

/** From a config to its architecture. */
public final class Models {
  private Models() {}

  /** The architecture a config describes. */
  public static LanguageModel of(ModelConfig config) {
    if (config instanceof Gpt2Config gpt2) {
      return new Gpt2Model(gpt2);
    }
    if (config instanceof LlamaConfig llama) {
      return new LlamaModel(llama);
    }
    if (config instanceof GptNeoxConfig neox) {
      return new GptNeoxModel(neox);
    }
    throw new IllegalStateException("no architecture for " + config.modelType());
  }
}
