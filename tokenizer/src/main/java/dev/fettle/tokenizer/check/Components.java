package dev.fettle.tokenizer.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/** Normalizers, pre-tokenizers and decoders, written anew from the keys the library knows. */
final class Components {

  private static final int DEEPEST = 8;
  private static final int MOST = 64;

  private static final List<String> BEHAVIORS =
      List.of("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous");
  private static final List<String> SCHEMES = List.of("first", "never", "always");

  /** Copies the keys of one type. */
  private interface Writer extends BiConsumer<Part, ObjectNode> {}

  private static final Map<String, Writer> NORMALIZERS =
      Map.ofEntries(
          Map.entry("BertNormalizer", Components::bert),
          Map.entry("Strip", flags("strip_left", "strip_right")),
          Map.entry("StripAccents", Components::nothing),
          Map.entry("NFC", Components::nothing),
          Map.entry("NFD", Components::nothing),
          Map.entry("NFKC", Components::nothing),
          Map.entry("NFKD", Components::nothing),
          Map.entry("Nmt", Components::nothing),
          Map.entry("Lowercase", Components::nothing),
          Map.entry("ByteLevel", Components::nothing),
          Map.entry("Precompiled", CharsMap::write),
          Map.entry("Replace", Components::replace),
          Map.entry("Prepend", Components::prepend));

  private static final Map<String, Writer> PRE_TOKENIZERS =
      Map.ofEntries(
          Map.entry("BertPreTokenizer", Components::nothing),
          Map.entry("Whitespace", Components::nothing),
          Map.entry("WhitespaceSplit", Components::nothing),
          Map.entry("UnicodeScripts", Components::nothing),
          Map.entry("ByteLevel", Components::byteLevel),
          Map.entry("Metaspace", Components::metaspace),
          Map.entry("Split", Components::split),
          Map.entry(
              "CharDelimiterSplit", (from, to) -> to.put("delimiter", from.character("delimiter"))),
          Map.entry("Punctuation", Components::punctuation),
          Map.entry("Digits", flags("individual_digits")),
          Map.entry(
              "FixedLength",
              (from, to) -> to.put("length", from.number("length", 1, Integer.MAX_VALUE))));

  private static final Map<String, Writer> DECODERS =
      Map.ofEntries(
          Map.entry("BPEDecoder", (from, to) -> to.put("suffix", from.text("suffix", "</w>"))),
          Map.entry("ByteLevel", Components::byteLevel),
          Map.entry("WordPiece", Components::wordPiece),
          Map.entry("Metaspace", Components::metaspace),
          Map.entry("CTC", Components::ctc),
          Map.entry("Replace", Components::replace),
          Map.entry("Fuse", Components::nothing),
          Map.entry("ByteFallback", Components::nothing),
          Map.entry("Strip", Components::strip));

  private final Map<String, Writer> types;
  private final String children;
  private int count;

  private Components(Map<String, Writer> types, String children) {
    this.types = types;
    this.children = children;
  }

  static JsonNode normalizer(JsonNode node) {
    JsonNode written = new Components(NORMALIZERS, "normalizers").write("normalizer", node);
    Growth.check("normalizer", written);
    return written;
  }

  static JsonNode preTokenizer(JsonNode node) {
    return new Components(PRE_TOKENIZERS, "pretokenizers").write("pre_tokenizer", node);
  }

  static JsonNode decoder(JsonNode node) {
    JsonNode written = new Components(DECODERS, "decoders").write("decoder", node);
    Growth.check("decoder", written);
    return written;
  }

  private JsonNode write(String path, JsonNode node) {
    return node.isMissingNode() || node.isNull()
        ? JsonNodeFactory.instance.nullNode()
        : write(Part.of(path, node), 0);
  }

  private ObjectNode write(Part part, int depth) {
    if (depth > DEEPEST || ++count > MOST) {
      throw new Fault(
          part.path() + " is more than " + DEEPEST + " deep or " + MOST + " parts in all");
    }
    String type = part.text("type");
    ObjectNode written = JsonNodeFactory.instance.objectNode().put("type", type);
    if (type.equals("Sequence")) {
      ArrayNode list = written.putArray(children);
      part.parts(children).forEach(child -> list.add(write(child, depth + 1)));
      return written;
    }
    Writer writer = types.get(type);
    if (writer == null) {
      throw part.fault(
          "type",
          "is '"
              + type
              + "'; known are Sequence, "
              + String.join(", ", new TreeSet<>(types.keySet())));
    }
    writer.accept(part, written);
    return written;
  }

  private static void nothing(Part from, ObjectNode to) {}

  private static Writer flags(String... keys) {
    return (from, to) -> {
      for (String key : keys) {
        to.put(key, from.flag(key));
      }
    };
  }

  private static void bert(Part from, ObjectNode to) {
    to.put("clean_text", from.flag("clean_text"));
    to.put("handle_chinese_chars", from.flag("handle_chinese_chars"));
    if (from.has("strip_accents")) {
      to.put("strip_accents", from.flag("strip_accents"));
    } else {
      to.putNull("strip_accents");
    }
    to.put("lowercase", from.flag("lowercase"));
  }

  /** What finds or writes nothing makes the library step over the end of a text. */
  private static void prepend(Part from, ObjectNode to) {
    String text = from.text("prepend");
    if (text.isEmpty()) {
      throw from.fault("prepend", "is empty; take the component out");
    }
    to.put("prepend", text);
  }

  private static void replace(Part from, ObjectNode to) {
    ObjectNode pattern = pattern(from);
    if (pattern.path("String").asText("x").isEmpty()
        || (pattern.has("Regex") && RegexCheck.check("", pattern.path("Regex").asText()) == 0)) {
      throw from.fault("pattern", "finds places without a character; let it take at least one");
    }
    to.set("pattern", pattern);
    to.put("content", from.text("content"));
  }

  /** A literal text or a regular expression that ends in time on any text. */
  private static ObjectNode pattern(Part from) {
    Part pattern = Part.of(from.at("pattern"), from.get("pattern"));
    ObjectNode written = JsonNodeFactory.instance.objectNode();
    if (pattern.has("String")) {
      return written.put("String", pattern.text("String"));
    }
    String regex = pattern.text("Regex", 10_000);
    RegexCheck.check(pattern.at("Regex"), regex);
    return written.put("Regex", regex);
  }

  private static void byteLevel(Part from, ObjectNode to) {
    to.put("add_prefix_space", from.flag("add_prefix_space", true));
    to.put("trim_offsets", from.flag("trim_offsets", true));
    to.put("use_regex", from.flag("use_regex", true));
  }

  private static void metaspace(Part from, ObjectNode to) {
    to.put("replacement", from.character("replacement"));
    // The older key; the library refuses a file in which the two disagree.
    boolean prefix = from.flag("add_prefix_space", true);
    String scheme =
        from.has("prepend_scheme")
            ? from.choice("prepend_scheme", SCHEMES)
            : prefix ? "always" : "never";
    if (from.has("add_prefix_space") && !prefix && !scheme.equals("never")) {
      throw from.fault("add_prefix_space", "is false, but prepend_scheme is '" + scheme + "'");
    }
    to.put("prepend_scheme", scheme);
    to.put("split", from.flag("split", true));
  }

  private static void split(Part from, ObjectNode to) {
    to.set("pattern", pattern(from));
    to.put("behavior", from.choice("behavior", BEHAVIORS));
    to.put("invert", from.flag("invert"));
  }

  private static void punctuation(Part from, ObjectNode to) {
    to.put("behavior", from.has("behavior") ? from.choice("behavior", BEHAVIORS) : "Isolated");
  }

  private static void wordPiece(Part from, ObjectNode to) {
    to.put("prefix", from.text("prefix"));
    to.put("cleanup", from.flag("cleanup"));
  }

  private static void ctc(Part from, ObjectNode to) {
    to.put("pad_token", from.text("pad_token"));
    to.put("word_delimiter_token", from.text("word_delimiter_token"));
    to.put("cleanup", from.flag("cleanup"));
  }

  private static void strip(Part from, ObjectNode to) {
    to.put("content", from.character("content"));
    to.put("start", from.number("start", 0, Integer.MAX_VALUE));
    // The library reads before the start of a token that is all of this character.
    to.put("stop", from.number("stop", 0, 0));
  }
}
