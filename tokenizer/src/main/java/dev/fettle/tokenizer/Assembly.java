package dev.fettle.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.tokenizer.check.CheckedJson;
import dev.fettle.tokenizer.check.Fault;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A tokenizer put together from a directory's files as transformers 5's {@code AutoTokenizer} does
 * ({@code TokenizersBackend.__init__}): one tokenizer.json that holds all of it, checked, for the
 * native library.
 *
 * @param json the tokenizer.json; its added tokens stand in the order in which they are added
 * @param vocabulary all tokens and their ids
 * @param named the tokens with a name ({@code bos_token}), in transformers' order
 * @param silent roles that a file says there is no token for
 * @param ownSize one more than the highest id of what the tokenizer's own file holds
 * @param unmarked ids that decoding may leave out though a text that spells them is just a text
 */
record Assembly(
    ObjectNode json,
    AddedVocabulary vocabulary,
    Map<String, String> named,
    Set<String> silent,
    int ownSize,
    Set<Integer> unmarked) {

  /** OpenAI's names for what is vocab.json and merges.txt elsewhere. */
  private static final String ENCODER = "encoder.json";

  private static final String PAIRS = "vocab.bpe";

  static Assembly of(TokenizerFiles files, TokenizerChanges changes) {
    try {
      return new Steps(files, changes).assemble();
    } catch (Fault e) {
      throw new TokenizerException(files.source() + ": " + e.getMessage(), e);
    }
  }

  private static final class Steps {
    private final TokenizerFiles files;
    private final TokenizerChanges changes;
    private final ObjectNode config;
    private final TokenizerKind kind;
    private final boolean openAi;
    private final boolean asWritten;
    private final DeclaredTokens declared;
    private final Map<String, Optional<TokenSpec>> named = new LinkedHashMap<>();
    private boolean addBos;
    private boolean addEos;

    Steps(TokenizerFiles files, TokenizerChanges changes) {
      this.files = files;
      this.changes = changes;
      this.config = files.object(TokenizerFiles.CONFIG);
      boolean known = files.has(TokenizerFiles.TOKENIZER);
      this.openAi =
          !known && !files.has(ModelFiles.VOCAB) && files.has(ENCODER) && files.has(PAIRS);
      JsonNode model = files.foreignJson("config.json");
      Optional<TokenizerKind> chosen = TokenizerKind.choose(config, model);
      // GPT-2's own files came without any that says so.
      TokenizerKind named =
          openAi
              ? TokenizerKind.GPT2
              : chosen.orElse(
                  !known && files.has(ModelFiles.VOCAB)
                      ? TokenizerKind.GPT2
                      : TokenizerKind.BACKEND);
      this.kind = named;
      this.asWritten =
          named == TokenizerKind.BACKEND
              || (named == TokenizerKind.LLAMA
                  && sentencePiece(files.json(TokenizerFiles.TOKENIZER).path("normalizer")));
      this.declared = DeclaredTokens.read(files);
    }

    /**
     * A Llama's tokenizer.json whose normalizer writes the space before a text is kept as it is:
     * that is what SentencePiece, with which such a model was trained, makes of a text. The class
     * of transformers 5 leaves that space out where the text begins with one.
     */
    private static boolean sentencePiece(JsonNode normalizer) {
      return normalizer.path("type").asText().equals("Prepend")
          || normalizer.path("normalizers").valueStream().anyMatch(Steps::sentencePiece);
    }

    Assembly assemble() {
      boolean fromFile = files.has(TokenizerFiles.TOKENIZER);
      if (!fromFile && !openAi && kind == TokenizerKind.BACKEND && noFiles()) {
        throw new TokenizerException(
            files.directory()
                + ": no tokenizer.json (nor vocab.json and merges.txt); save the tokenizer there with"
                + " transformers' save_pretrained");
      }
      ObjectNode file =
          fromFile
              ? CheckedJson.write(files.json(TokenizerFiles.TOKENIZER))
              : JsonNodeFactory.instance.objectNode();
      name();
      ObjectNode json = json(file, fromFile);
      AddedVocabulary vocabulary = vocabulary(json);
      if (asWritten) {
        List<TokenSpec> own = new ArrayList<>();
        file.path("added_tokens")
            .forEach(t -> own.add(TokenSpec.object(t, t.path("special").asBoolean())));
        vocabulary.add(own);
        vocabulary.settle();
      }
      int ownSize = 1 + vocabulary.all().values().stream().mapToInt(id -> id).max().orElse(-1);
      add(vocabulary);
      change(vocabulary);
      boolean codeLlama = kind == TokenizerKind.CODE_LLAMA;
      // A tokenizer.json says itself what goes around a text; the flags are for those without one.
      addBos = fromFile ? codeLlama : config.path("add_bos_token").asBoolean(codeLlama);
      addEos = !fromFile && config.path("add_eos_token").asBoolean(false);
      boolean flags = config.has("add_bos_token") || config.has("add_eos_token");
      postProcess(json, vocabulary, codeLlama || (flags && !fromFile));
      ArrayNode list = json.putArray("added_tokens");
      vocabulary.specs().forEach((id, token) -> list.add(token.json(id)));
      vocabulary.check(files.source());
      Map<String, String> texts = new LinkedHashMap<>();
      named.forEach((role, token) -> token.ifPresent(t -> texts.put(role, t.content())));
      Set<String> silent = new LinkedHashSet<>();
      declared
          .named()
          .forEach(
              (role, token) -> {
                if (token.isEmpty()) {
                  silent.add(role);
                }
              });
      Set<Integer> unmarked = new LinkedHashSet<>();
      if (openAi) {
        vocabulary.idOf(text("eos_token")).ifPresent(unmarked::add);
      }
      return new Assembly(json, vocabulary, texts, silent, ownSize, unmarked);
    }

    private boolean noFiles() {
      return !files.has(ModelFiles.VOCAB)
          && !files.has(ModelFiles.WORDS)
          && !files.has("tokenizer.model");
    }

    /** The names in transformers' order, with the class's own where no file speaks of one. */
    private void name() {
      Map<String, String> defaults = kind.defaults();
      String padding =
          files.json(TokenizerFiles.TOKENIZER).path("padding").path("pad_token").textValue();
      boolean padless =
          kind == TokenizerKind.BACKEND
              || kind == TokenizerKind.LLAMA
              || kind == TokenizerKind.CODE_LLAMA;
      if (padding != null && padless) {
        defaults.put("pad_token", padding);
      }
      for (String role : DeclaredTokens.ROLES) {
        Optional<TokenSpec> byClass =
            Optional.ofNullable(defaults.remove(role)).map(TokenSpec::plain);
        named.put(role, declared.named().getOrDefault(role, byClass));
      }
      Map<String, TokenSpec> own = new LinkedHashMap<>();
      defaults.forEach((name, text) -> own.put(name, TokenSpec.plain(text)));
      own.putAll(declared.own());
      own.forEach((name, token) -> named.put(name, Optional.of(token)));
    }

    private String text(String role) {
      return named.getOrDefault(role, Optional.empty()).map(TokenSpec::content).orElse("");
    }

    private ObjectNode json(ObjectNode file, boolean fromFile) {
      if (asWritten && fromFile) {
        return file;
      }
      ObjectNode parts;
      if (fromFile) {
        parts = ModelFiles.from(file);
      } else {
        parts = openAi ? ModelFiles.read(files, ENCODER, PAIRS) : ModelFiles.from(files, kind);
      }
      ObjectNode built = CheckedJson.write(KindJson.build(kind, parts, config, text("unk_token")));
      if (fromFile) {
        built.set("post_processor", file.path("post_processor"));
      }
      return built;
    }

    private static AddedVocabulary vocabulary(ObjectNode json) {
      JsonNode vocab = json.path("model").path("vocab");
      Map<String, Integer> ids = new LinkedHashMap<>();
      Map<Integer, String> hidden = new LinkedHashMap<>();
      if (vocab.isArray()) {
        int id = 0;
        for (JsonNode pair : vocab) {
          Integer before = ids.put(pair.path(0).asText(), id++);
          if (before != null) {
            hidden.put(before, pair.path(0).asText());
          }
        }
      } else {
        vocab.properties().forEach(entry -> ids.put(entry.getKey(), entry.getValue().asInt()));
      }
      return new AddedVocabulary(ids, vocab.size(), hidden);
    }

    private void add(AddedVocabulary vocabulary) {
      if (openAi) {
        return;
      }
      // Added again even if they are there: the flags of the highest id stay.
      List<TokenSpec> wanted = new ArrayList<>(declared.added().values());
      Set<String> known = new LinkedHashSet<>();
      wanted.forEach(token -> known.add(token.content()));
      named.values().forEach(token -> token.ifPresent(t -> want(t, known, wanted, vocabulary)));
      extra().forEach(token -> want(token, known, wanted, vocabulary));
      Set<String> roles = new LinkedHashSet<>();
      named.values().forEach(token -> token.ifPresent(t -> roles.add(t.content())));
      wanted.replaceAll(token -> roles.contains(token.content()) ? token.madeSpecial() : token);
      vocabulary.add(wanted);
      if (kind == TokenizerKind.QWEN2 || kind == TokenizerKind.QWEN3_5) {
        extra().forEach(token -> roles.add(token.content()));
        vocabulary.add(roles.stream().map(TokenSpec::special).toList());
      }
    }

    private void change(AddedVocabulary vocabulary) {
      List<TokenSpec> tokens = new ArrayList<>();
      for (TokenizerChanges.NewToken token : changes.tokens()) {
        TokenSpec special = TokenSpec.special(token.content());
        tokens.add(token.special() ? special : special.ordinary());
      }
      vocabulary.add(tokens);
      changes
          .eos()
          .ifPresent(
              eos -> {
                if (vocabulary.idOf(eos).isEmpty()) {
                  throw new TokenizerException(
                      files.source()
                          + ": the end of a sequence is to be '"
                          + eos
                          + "', which is no token");
                }
                named.put("eos_token", Optional.of(TokenSpec.special(eos)));
              });
    }

    private List<TokenSpec> extra() {
      List<TokenSpec> extra = new ArrayList<>(declared.extra().orElse(List.of()));
      if (kind == TokenizerKind.CODE_LLAMA && declared.extra().isEmpty()) {
        for (String role : List.of("prefix", "middle", "suffix", "eot", "fill")) {
          named.getOrDefault(role + "_token", Optional.empty()).ifPresent(extra::add);
        }
      }
      return extra;
    }

    private static void want(
        TokenSpec token, Set<String> known, List<TokenSpec> wanted, AddedVocabulary vocabulary) {
      boolean there = known.contains(token.content()) || vocabulary.added(token.content());
      if (!there && !wanted.contains(token)) {
        wanted.add(token);
      }
    }

    private void postProcess(ObjectNode json, AddedVocabulary vocabulary, boolean explicit) {
      switch (kind) {
        case ROBERTA -> json.set("post_processor", ends("RobertaProcessing", vocabulary));
        case BERT -> json.set("post_processor", ends("BertProcessing", vocabulary));
        default -> {
          if (explicit || kind == TokenizerKind.GPT_NEOX || json.path("post_processor").isNull()) {
            json.set("post_processor", around(vocabulary));
          }
        }
      }
      Set<Integer> ids = Set.copyOf(vocabulary.all().values());
      CheckedJson.writePostProcessor(json, ids::contains);
    }

    private ObjectNode ends(String type, AddedVocabulary vocabulary) {
      ObjectNode node = JsonNodeFactory.instance.objectNode().put("type", type);
      for (String role : List.of("sep", "cls")) {
        String text = text(role + "_token");
        node.putArray(role).add(text).add(vocabulary.idOf(text).orElse(role.equals("cls") ? 2 : 3));
      }
      node.put("trim_offsets", true);
      node.put("add_prefix_space", config.path("add_prefix_space").asBoolean(false));
      return node;
    }

    private @Nullable ObjectNode around(AddedVocabulary vocabulary) {
      ObjectNode node = JsonNodeFactory.instance.objectNode().put("type", "TemplateProcessing");
      ArrayNode single = node.putArray("single");
      ObjectNode special = node.putObject("special_tokens");
      if (addBos) {
        piece(single, special, text("bos_token"), vocabulary);
      }
      single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
      if (addEos) {
        piece(single, special, text("eos_token"), vocabulary);
      }
      return special.isEmpty() ? null : node;
    }

    private static void piece(
        ArrayNode single, ObjectNode special, String token, AddedVocabulary vocabulary) {
      if (token.isEmpty()) {
        return;
      }
      single.addObject().putObject("SpecialToken").put("id", token).put("type_id", 0);
      ObjectNode entry = special.putObject(token).put("id", token);
      entry.putArray("ids").add(vocabulary.idOf(token).orElseThrow());
      entry.putArray("tokens").add(token);
    }
  }
}
