package dev.fettle.tokenizer;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.files.AtomicFile;
import dev.fettle.files.FileErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A trained byte-level BPE vocabulary. */
public final class BpeVocabulary {

  private final List<String> tokens;
  private final List<ByteLevelJson.Merge> merges;
  private final List<BpeTrainer.Special> special;

  BpeVocabulary(
      List<String> tokens, List<ByteLevelJson.Merge> merges, List<BpeTrainer.Special> special) {
    this.tokens = List.copyOf(tokens);
    this.merges = List.copyOf(merges);
    this.special = special;
  }

  /**
   * The tokens by id, as GPT-2's byte alphabet spells them: special tokens, the 256 bytes, then the
   * merged ones.
   */
  public List<String> tokens() {
    return tokens;
  }

  /** The merges in the order they were found, each {@code "left right"}. */
  public List<String> merges() {
    return merges.stream().map(merge -> merge.left() + " " + merge.right()).toList();
  }

  /**
   * Writes tokenizer.json and tokenizer_config.json, which {@link Tokenizer#load} and transformers
   * read.
   *
   * @param directory made if absent
   * @throws TokenizerException where it cannot be written
   */
  public void save(Path directory) {
    Map<String, Integer> ids = new LinkedHashMap<>();
    for (String token : tokens) {
      ids.put(token, ids.size());
    }
    List<String> texts = special.stream().map(BpeTrainer.Special::text).toList();
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.put("tokenizer_class", "PreTrainedTokenizerFast");
    roles().forEach((role, text) -> config.put(role.key(), text));
    config.put("clean_up_tokenization_spaces", false);
    try {
      Files.createDirectories(directory);
      write(directory.resolve(TokenizerFiles.TOKENIZER), ByteLevelJson.build(ids, merges, texts));
      write(directory.resolve(TokenizerFiles.CONFIG), config);
    } catch (IOException e) {
      throw new TokenizerException(
          directory + ": the vocabulary cannot be written: " + FileErrors.reason(e), e);
    }
  }

  private Map<BpeTrainer.Role, String> roles() {
    Map<BpeTrainer.Role, String> roles = new EnumMap<>(BpeTrainer.Role.class);
    special.forEach(token -> token.roles().forEach(role -> roles.put(role, token.text())));
    return roles;
  }

  private static void write(Path file, ObjectNode json) throws IOException {
    AtomicFile.write(file, json.toPrettyString() + "\n");
  }
}
