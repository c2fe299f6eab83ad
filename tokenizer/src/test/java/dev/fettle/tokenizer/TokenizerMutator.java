package dev.fettle.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Makes broken tokenizer.json files out of whole ones, the same for the same seed. */
final class TokenizerMutator {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private static final String[] TEXTS = {
    "",
    " ",
    "a",
    "the",
    "<s>",
    "\u2581",
    "\u0120",
    "##",
    "\u00e9",
    "\u4f60",
    "\ud83d\ude00",
    "\u0000",
    "\ud800",
    "<0x41>",
    "<0x\u00e9>",
    "[UNK]",
    "</w>",
    "\n",
    "e\u0301",
    "aaaaaaaaaaaaaaaaaaaa",
    "A",
    "B",
    "1.0",
    "NFC",
    "Replace",
    "Isolated",
    "first",
    "\u0130",
    "\ufb01",
    "\ufdfa"
  };

  private static final String[] NUMBERS = {
    "0",
    "1",
    "-1",
    "2",
    "7",
    "255",
    "65536",
    "2147483647",
    "2147483648",
    "4294967295",
    "4294967296",
    "18446744073709551615",
    "1e308",
    "1e400",
    "0.5",
    "-0.0",
    "99999999999999999999999999"
  };

  /** Components of every kind, some of them wrong; drawn into the place of others. */
  private static final String[] PARTS = {
    "{'type':'NFC'}",
    "{'type':'NFKD'}",
    "{'type':'NFKC'}",
    "{'type':'Lowercase'}",
    "{'type':'Nmt'}",
    "{'type':'StripAccents'}",
    "{'type':'Strip','strip_left':true,'strip_right':true}",
    "{'type':'Prepend','prepend':'\u2581'}",
    "{'type':'Prepend','prepend':''}",
    "{'type':'Replace','pattern':{'String':' '},'content':'\u2581'}",
    "{'type':'Replace','pattern':{'String':''},'content':'xy'}",
    "{'type':'Replace','pattern':{'Regex':'REGEX'},'content':'z'}",
    "{'type':'Replace','pattern':{'Regex':'REGEX'},'content':''}",
    "{'type':'BertNormalizer','clean_text':true,'handle_chinese_chars':true,'strip_accents':null,'lowercase':true}",
    "{'type':'ByteLevel'}",
    "{'type':'ByteLevel','add_prefix_space':true,'trim_offsets':true,'use_regex':false}",
    "{'type':'ByteLevel','add_prefix_space':false,'trim_offsets':true,'use_regex':true}",
    "{'type':'Precompiled','precompiled_charsmap':'AAAA'}",
    "{'type':'Precompiled','precompiled_charsmap':'CHARSMAP'}",
    "{'type':'Metaspace','replacement':'\u2581','prepend_scheme':'always','split':true}",
    "{'type':'Metaspace','replacement':'_','add_prefix_space':true}",
    "{'type':'Whitespace'}",
    "{'type':'WhitespaceSplit'}",
    "{'type':'BertPreTokenizer'}",
    "{'type':'UnicodeScripts'}",
    "{'type':'Digits','individual_digits':true}",
    "{'type':'Punctuation','behavior':'Contiguous'}",
    "{'type':'CharDelimiterSplit','delimiter':'e'}",
    "{'type':'Split','pattern':{'Regex':'REGEX'},'behavior':'MergedWithNext','invert':false}",
    "{'type':'Split','pattern':{'Regex':'REGEX'},'behavior':'Removed','invert':true}",
    "{'type':'Split','pattern':{'String':''},'behavior':'Isolated','invert':false}",
    "{'type':'FixedLength','length':3}",
    "{'type':'BPEDecoder','suffix':'</w>'}",
    "{'type':'WordPiece','prefix':'##','cleanup':true}",
    "{'type':'CTC','pad_token':'<pad>','word_delimiter_token':'|','cleanup':true}",
    "{'type':'Fuse'}",
    "{'type':'ByteFallback'}",
    "{'type':'Strip','content':' ','start':1,'stop':0}",
    "{'type':'Strip','content':'e','start':2,'stop':2}",
    "{'type':'BertProcessing','sep':['a',1],'cls':['b',2]}",
    "{'type':'RobertaProcessing','sep':['a',1],'cls':['b',2],'trim_offsets':true,'add_prefix_space':true}",
    "{'type':'TemplateProcessing','single':[{'SpecialToken':{'id':'x','type_id':0}},{'Sequence':{'id':'A','type_id':0}}],'pair':[],'special_tokens':{'x':{'id':'x','ids':[1],'tokens':['a']}}}",
    "{'type':'TemplateProcessing','single':[{'Sequence':{'id':'B','type_id':0}}],'pair':[],'special_tokens':{}}",
    "{'id':3,'content':' ','single_word':false,'lstrip':true,'rstrip':true,'normalized':true,'special':false}",
    "{'id':3,'content':'the','single_word':true,'lstrip':true,'rstrip':true,'normalized':true,'special':false}",
    "{'id':0,'content':'\u00e9','single_word':false,'lstrip':false,'rstrip':false,'normalized':true,'special':true}"
  };

  private static final String[] LISTS = {"normalizers", "pretokenizers", "processors", "decoders"};
  private static final String[] ROOTS = {
    "normalizer", "pre_tokenizer", "post_processor", "decoder"
  };

  private static final String[] ATOMS = {
    "a",
    "e",
    ".",
    "\\\\s",
    "\\\\S",
    "\\\\p{L}",
    "\\\\p{N}",
    "[^\\\\s]",
    "[a-z]",
    " ",
    "\\\\r?\\\\n",
    "'s",
    "(?i:t)",
    "\\\\b",
    "^",
    "$",
    "\\\\1",
    "(?=a)",
    "(?!\\\\S)",
    "(?<=a)",
    "(?<!b)",
    "\\\\X",
    "\\\\R",
    "[",
    ")",
    "[[:alpha:]]",
    "\\\\w",
    "(a)"
  };
  private static final String[] TIMES = {
    "", "", "", "*", "+", "?", "{2}", "{1,3}", "{2,}", "*?", "++", "{0,99}", "{99999}"
  };

  private final List<JsonNode> bases;
  private final SplittableRandom random;

  TokenizerMutator(List<JsonNode> bases, SplittableRandom random) {
    this.bases = bases;
    this.random = random;
  }

  /** One file. */
  byte[] next() {
    ObjectNode root = bases.get(random.nextInt(bases.size())).deepCopy();
    for (int n = 1 + random.nextInt(4); n > 0; n--) {
      if (random.nextInt(3) == 0) {
        component(root);
      } else {
        change(root);
      }
    }
    try {
      byte[] bytes = JSON.writeValueAsBytes(root);
      return random.nextInt(20) == 0 ? scratched(bytes) : bytes;
    } catch (IOException e) {
      // A lone surrogate cannot be written as bytes; as an escape it can.
      return root.toString().replace("\ud800", "\\ud800").getBytes(StandardCharsets.UTF_8);
    }
  }

  private byte[] scratched(byte[] bytes) {
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return bytes;
  }

  private String pick(String[] list) {
    return list[random.nextInt(list.length)];
  }

  private JsonNode part() {
    String text =
        pick(PARTS)
            .replace('\'', '"')
            .replace("REGEX", regex(2).replace("\"", ""))
            .replace("CHARSMAP", charsmap());
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(text, e);
    }
  }

  private String charsmap() {
    byte[] bytes = new byte[4 + 4 * (1 + random.nextInt(300)) + random.nextInt(20)];
    for (int i = 4; i < bytes.length; i++) {
      bytes[i] = (byte) (random.nextInt(3) == 0 ? random.nextInt(256) : 0);
    }
    int size = 4 * ((bytes.length - 4) / 4 - random.nextInt(2));
    bytes[0] = (byte) size;
    bytes[1] = (byte) (size >> 8);
    return java.util.Base64.getEncoder().encodeToString(bytes);
  }

  private String regex(int depth) {
    StringBuilder text = new StringBuilder();
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      String atom =
          depth > 0 && random.nextInt(4) == 0 ? "(?:" + regex(depth - 1) + ")" : pick(ATOMS);
      text.append(atom).append(pick(TIMES)).append(random.nextInt(6) == 0 ? "|" : "");
    }
    return text.toString();
  }

  private void component(ObjectNode root) {
    String where = pick(ROOTS);
    if (random.nextInt(2) == 0) {
      root.set(where, part());
      return;
    }
    ObjectNode sequence = NODES.objectNode().put("type", "Sequence");
    for (String list : LISTS) {
      ArrayNode parts = sequence.putArray(list);
      for (int n = random.nextInt(4); n > 0; n--) {
        parts.add(part());
      }
      JsonNode old = root.path(where);
      if (old.isObject() && random.nextInt(2) == 0) {
        parts.add(old.deepCopy());
      }
    }
    root.set(where, sequence);
  }

  private void change(ObjectNode root) {
    List<JsonNode> holders = new ArrayList<>();
    collect(root, holders, 0);
    JsonNode holder = holders.get(random.nextInt(holders.size()));
    if (holder instanceof ObjectNode object && !object.isEmpty()) {
      List<String> keys = new ArrayList<>();
      object.fieldNames().forEachRemaining(keys::add);
      String key = keys.get(random.nextInt(keys.size()));
      switch (random.nextInt(6)) {
        case 0 -> object.remove(key);
        case 1 -> object.set(pick(TEXTS), object.path(key).deepCopy());
        default -> object.set(key, changed(object.path(key), holders));
      }
    } else if (holder instanceof ArrayNode array) {
      int at = array.isEmpty() ? 0 : random.nextInt(array.size());
      switch (random.nextInt(5)) {
        case 0 -> array.insert(at, changed(NODES.nullNode(), holders));
        case 1 -> {
          if (!array.isEmpty()) {
            array.remove(at);
          }
        }
        case 2 -> array.insert(at, part());
        default -> {
          if (!array.isEmpty()) {
            array.set(at, changed(array.path(at), holders));
          }
        }
      }
    }
  }

  /** The larger lists are rarely chosen as a whole, so that small places are reached as well. */
  private void collect(JsonNode node, List<JsonNode> holders, int depth) {
    if (!node.isContainerNode() || depth > 6) {
      return;
    }
    holders.add(node);
    int left = node.size() > 40 ? 3 : 40;
    for (JsonNode child : node) {
      if (left-- > 0) {
        collect(child, holders, depth + 1);
      }
    }
  }

  private JsonNode changed(JsonNode old, List<JsonNode> holders) {
    return switch (random.nextInt(9)) {
      case 0 -> NODES.nullNode();
      case 1 -> NODES.booleanNode(random.nextBoolean());
      case 2 -> NODES.numberNode(new java.math.BigDecimal(pick(NUMBERS)));
      case 3 -> NODES.textNode(pick(TEXTS));
      case 4 -> part();
      case 5 -> holders.get(random.nextInt(holders.size())).deepCopy();
      case 6 -> NODES.arrayNode().add(old.deepCopy());
      case 7 -> old.isTextual() ? NODES.textNode(edited(old.textValue())) : NODES.objectNode();
      default ->
          old.isNumber()
              ? NODES.numberNode(old.asInt() + random.nextInt(5) - 2)
              : NODES.textNode(regex(2).replace("\\\\", "\\"));
    };
  }

  private String edited(String text) {
    int at = text.isEmpty() ? 0 : random.nextInt(text.length());
    return text.substring(0, at)
        + pick(TEXTS)
        + text.substring(random.nextInt(2) == 0 ? at : Math.min(text.length(), at + 1));
  }

  /** A tokenizer_config.json to go with it. */
  byte[] config() {
    ObjectNode config = NODES.objectNode();
    if (random.nextInt(3) > 0) {
      config.put(
          "tokenizer_class",
          pick(
              new String[] {
                "PreTrainedTokenizerFast",
                "GPT2Tokenizer",
                "Qwen2Tokenizer",
                "LlamaTokenizer",
                "BertTokenizer",
                "GemmaTokenizer",
                "RobertaTokenizer",
                "GPTNeoXTokenizer"
              }));
    }
    for (String role : DeclaredTokens.ROLES) {
      if (random.nextInt(4) == 0) {
        config.put(role, pick(TEXTS));
      }
    }
    for (Map.Entry<String, Integer> odd :
        Map.of("additional_special_tokens", 5, "added_tokens_decoder", 6, "extra_special_tokens", 6)
            .entrySet()) {
      if (random.nextInt(odd.getValue()) == 0) {
        config.set(
            odd.getKey(),
            random.nextBoolean()
                ? NODES.arrayNode().add(pick(TEXTS))
                : changed(part(), List.of(part())));
      }
    }
    return config.toString().replace("\ud800", "\\ud800").getBytes(StandardCharsets.UTF_8);
  }
}
