package dev.fettle.tokenizer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Builds a tokenizer.json for byte-level BPE, the tokenizer of GPT-2. */
final class ByteLevelJson {

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private ByteLevelJson() {}

  /** Two symbols that BPE joins, best first in a list. */
  record Merge(String left, String right) {}

  /**
   * @param vocab token to id
   * @param merges best first
   * @param special tokens matched whole, before anything else; each must be in the vocabulary
   */
  static ObjectNode build(Map<String, Integer> vocab, List<Merge> merges, List<String> special) {
    ObjectNode root = NODES.objectNode();
    root.put("version", "1.0");
    root.putNull("truncation");
    root.putNull("padding");
    ArrayNode added = root.putArray("added_tokens");
    for (String token : special) {
      Integer id = vocab.get(token);
      if (id == null) {
        throw new IllegalArgumentException("special token " + token + " is not in the vocabulary");
      }
      added.add(addedToken(id, token));
    }
    root.putNull("normalizer");
    root.set("pre_tokenizer", byteLevel(false));
    root.set("post_processor", byteLevel(true));
    root.set("decoder", byteLevel(true));
    root.set("model", model(vocab, merges));
    return root;
  }

  static ObjectNode addedToken(int id, String token) {
    ObjectNode node = NODES.objectNode();
    node.put("id", id);
    node.put("content", token);
    node.put("single_word", false);
    node.put("lstrip", false);
    node.put("rstrip", false);
    node.put("normalized", false);
    node.put("special", true);
    return node;
  }

  private static ObjectNode byteLevel(boolean trimOffsets) {
    ObjectNode node = NODES.objectNode();
    node.put("type", "ByteLevel");
    node.put("add_prefix_space", false);
    node.put("trim_offsets", trimOffsets);
    node.put("use_regex", true);
    return node;
  }

  private static ObjectNode model(Map<String, Integer> vocab, List<Merge> merges) {
    ObjectNode model = NODES.objectNode();
    model.put("type", "BPE");
    model.putNull("dropout");
    model.putNull("unk_token");
    model.putNull("continuing_subword_prefix");
    model.putNull("end_of_word_suffix");
    model.put("fuse_unk", false);
    model.put("byte_fallback", false);
    model.put("ignore_merges", false);
    ObjectNode ids = model.putObject("vocab");
    vocab.forEach(ids::put);
    ArrayNode pairs = model.putArray("merges");
    for (Merge merge : merges) {
      pairs.addArray().add(merge.left()).add(merge.right());
    }
    return model;
  }

  /**
   * Reads GPT-2's own list of merges: a {@code #version} line, then a pair a line.
   *
   * @param source the file, for messages
   */
  static List<Merge> parseMerges(String source, String text) {
    List<Merge> merges = new ArrayList<>();
    Iterator<String> lines = text.lines().iterator();
    for (int number = 1; lines.hasNext(); number++) {
      String line = lines.next();
      if (line.isEmpty() || (number == 1 && line.startsWith("#version"))) {
        continue;
      }
      int space = line.indexOf(' ');
      if (space <= 0 || space == line.length() - 1 || line.indexOf(' ', space + 1) >= 0) {
        throw new TokenizerException(
            source
                + ":"
                + number
                + ": not two symbols with a space between them; fetch the file again");
      }
      merges.add(new Merge(line.substring(0, space), line.substring(space + 1)));
    }
    return merges;
  }
}
