package dev.fettle.tokenizer;

import dev.fettle.tokenizer.BpeTrainer.Role;
import dev.fettle.tokenizer.BpeTrainer.Settings;
import dev.fettle.tokenizer.BpeTrainer.Special;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Small tokenizers of our own making. */
final class TinyModel {

  private TinyModel() {}

  /** Byte-level BPE with ChatML's tokens. */
  static void write(Path directory) {
    List<Special> special =
        List.of(
            Special.of("<|end|>", Role.EOS, Role.PAD),
            Special.of(ChatMl.START),
            Special.of(ChatMl.END));
    List<String> texts = List.of("the cat sat on the mat", "the user and the assistant, the user");
    new BpeTrainer(new Settings(300, 2, special)).train(texts.iterator()).save(directory);
  }

  /**
   * Llama's kind: a mark for spaces, one put before the text, a few merges, bytes for what is not
   * in the vocabulary.
   */
  static void writeByteFallback(Path directory) throws IOException {
    StringBuilder vocab = new StringBuilder("\"<unk>\":0,\"<s>\":1,\"</s>\":2");
    int id = 3;
    for (int b = 0; b < 256; b++) {
      vocab.append(",\"<0x%02X>\":%d".formatted(b, id++));
    }
    for (String token : List.of("\u2581", "a", "b", "\u2581a", "ab", "\u2581ab", "\u00e9")) {
      vocab.append(",\"%s\":%d".formatted(token, id++));
    }
    String added =
        "{\"id\":%d,\"content\":\"%s\",\"single_word\":false,\"lstrip\":false,\"rstrip\":false,\"normalized\":false,\"special\":true}";
    String json =
        """
        {"version":"1.0","truncation":{"direction":"Right","max_length":3,"strategy":"LongestFirst","stride":0},
        "padding":{"strategy":{"Fixed":50},"direction":"Right","pad_to_multiple_of":null,"pad_id":0,"pad_type_id":0,"pad_token":"<unk>"},
        "added_tokens":[%s,%s,%s],
        "normalizer":{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"\u2581"},
          {"type":"Replace","pattern":{"String":" "},"content":"\u2581"}]},
        "pre_tokenizer":null,
        "post_processor":{"type":"TemplateProcessing",
          "single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"</s>","type_id":0}}],
          "pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":0}}],
          "special_tokens":{"<s>":{"id":"<s>","ids":[1],"tokens":["<s>"]},"</s>":{"id":"</s>","ids":[2],"tokens":["</s>"]}}},
        "decoder":{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"\u2581"},"content":" "},
          {"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]},
        "model":{"type":"BPE","dropout":null,"unk_token":"<unk>","continuing_subword_prefix":null,
          "end_of_word_suffix":null,"fuse_unk":true,"byte_fallback":true,"ignore_merges":false,
          "vocab":{%s},"merges":[["\u2581","a"],["a","b"],["\u2581","ab"],["\u2581a","b"]]}}
        """
            .formatted(
                added.formatted(0, "<unk>"),
                added.formatted(1, "<s>"),
                added.formatted(2, "</s>"),
                vocab);
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("tokenizer.json"), json);
  }
}
