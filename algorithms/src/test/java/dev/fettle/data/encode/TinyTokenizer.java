package dev.fettle.data.encode;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A tokenizer small enough to read the ids of: a token per printable ASCII character, space and
 * line break, plus the merged token {@code bc}, which may straddle a boundary. Adds {@code <s>}
 * before a text.
 */
public final class TinyTokenizer {

  public static final int BOS = 0;
  public static final int EOS = 1;
  static final int START = 2;
  static final int END = 3;

  /** The token {@code bc}. */
  static final int BC = 4;

  private static final List<String> SPECIAL = List.of("<s>", "</s>", "<|im_start|>", "<|im_end|>");
  private static final ObjectMapper JSON = new ObjectMapper();

  private TinyTokenizer() {}

  /** The id of a character's token. */
  public static int id(char c) {
    return switch (c) {
      case ' ' -> 5;
      case '\n' -> 6;
      default -> 7 + c - '!';
    };
  }

  /** Writes the tokenizer into a directory and opens it. */
  public static Tokenizer in(Path directory) throws IOException {
    ObjectNode root = JSON.createObjectNode().put("version", "1.0");
    ArrayNode added = root.putArray("added_tokens");
    ObjectNode model = JSON.createObjectNode().put("type", "BPE");
    ObjectNode vocab = model.putObject("vocab");
    for (int i = 0; i < SPECIAL.size(); i++) {
      vocab.put(SPECIAL.get(i), i);
      added
          .addObject()
          .put("id", i)
          .put("content", SPECIAL.get(i))
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
    }
    vocab.put("bc", BC).put("Ġ", id(' ')).put("Ċ", id('\n'));
    for (char c = '!'; c <= '~'; c++) {
      vocab.put(String.valueOf(c), id(c));
    }
    model.putArray("merges").add("b c");
    ObjectNode bytes = root.putObject("pre_tokenizer").put("type", "ByteLevel");
    bytes.put("add_prefix_space", false).put("trim_offsets", false).put("use_regex", false);
    root.set("model", model);
    ObjectNode decoder = root.putObject("decoder").put("type", "ByteLevel");
    decoder.put("add_prefix_space", false).put("trim_offsets", false).put("use_regex", false);
    ObjectNode post = root.putObject("post_processor").put("type", "TemplateProcessing");
    ArrayNode single = post.putArray("single");
    single.addObject().putObject("SpecialToken").put("id", "<s>").put("type_id", 0);
    single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
    post.putArray("pair");
    ObjectNode bos = post.putObject("special_tokens").putObject("<s>").put("id", "<s>");
    bos.putArray("ids").add(BOS);
    bos.putArray("tokens").add("<s>");
    JSON.writeValue(directory.resolve("tokenizer.json").toFile(), root);
    Files.writeString(
        directory.resolve("tokenizer_config.json"),
        "{\"bos_token\": \"<s>\", \"eos_token\": \"</s>\"}");
    return Tokenizer.load(directory);
  }
}
