package dev.fettle.tokenizer;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Text to token ids and back, as a Hugging Face model directory says.
 *
 * <p>Never truncates and never pads. Safe to use from many threads. Holds native memory: close it.
 */
public final class Tokenizer implements AutoCloseable {

  private final TokenizerFiles files;
  private final NativeTokenizer tokens;
  private final Vocabulary vocabulary;
  private final SpecialTokens special;
  private final AddedTokens added;
  private final ChatTemplates templates;
  private final ObjectNode json;
  private final TokenizerChanges changes;
  private final int ownVocabSize;

  private Tokenizer(TokenizerFiles files, TokenizerChanges changes) {
    this.files = files;
    this.changes = changes;
    Assembly assembly = Assembly.of(files, changes);
    ownVocabSize = assembly.ownSize();
    vocabulary = new Vocabulary(assembly.vocabulary());
    special = SpecialTokens.find(files, vocabulary, assembly);
    templates = ChatTemplates.find(files, special);
    added = AddedTokens.of(files.source(), assembly, vocabulary);
    tokens = openOrClose(added, assembly);
    json = assembly.json();
  }

  private NativeTokenizer openOrClose(AddedTokens open, Assembly assembly) {
    try {
      return NativeTokenizer.open(files.source(), assembly.json());
    } catch (RuntimeException e) {
      open.close();
      throw e;
    }
  }

  /**
   * Reads the tokenizer of a model directory as transformers' {@code AutoTokenizer} does:
   * tokenizer.json, or {@code vocab.json} and {@code merges.txt} where their class is one that is
   * built from them; the tokens and chat templates that the files beside them declare.
   *
   * @throws TokenizerException where a file is missing or broken
   */
  public static Tokenizer load(Path modelDirectory) {
    return load(modelDirectory, TokenizerChanges.NONE);
  }

  /**
   * The same, with more than its files have.
   *
   * @throws TokenizerException where a file is missing or broken, or a change does not fit
   */
  public static Tokenizer load(Path modelDirectory, TokenizerChanges changes) {
    return new Tokenizer(TokenizerFiles.read(modelDirectory), changes);
  }

  /**
   * Encodes a text.
   *
   * @param text any text; a lone surrogate is read as U+FFFD
   * @param addSpecialTokens whether to add what the tokenizer puts around a sequence (BOS, EOS).
   *     Say false for a rendered chat template, which brings its own. Special tokens written in the
   *     text are recognised either way.
   */
  public Encoding encode(String text, boolean addSpecialTokens) {
    return tokens.encode(wellFormed(text), addSpecialTokens);
  }

  /** Offsets would drift on a lone surrogate, which UTF-8 cannot hold. */
  private static String wellFormed(String text) {
    StringBuilder repaired = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1));
      if (pair) {
        i++;
        continue;
      }
      if (repaired == null) {
        repaired = new StringBuilder(text);
      }
      repaired.setCharAt(i, '\uFFFD');
    }
    return repaired == null ? text : repaired.toString();
  }

  /**
   * Turns ids back into text. Ids beyond the vocabulary (a model may have more rows than the
   * tokenizer has tokens) become nothing; bytes that are not UTF-8 become U+FFFD.
   *
   * @param skipSpecialTokens whether to leave out special tokens: those tokenizer.json marks, and
   *     those tokenizer_config.json gives a role
   * @throws IllegalArgumentException for a negative id
   */
  public String decode(int[] ids, boolean skipSpecialTokens) {
    for (int id : ids) {
      if (id < 0) {
        throw new IllegalArgumentException("negative token id " + id);
      }
    }
    return added.decode(ids, skipSpecialTokens, tokens, vocabulary);
  }

  /** Whether an id is a special token: one that {@link #decode} leaves out when told to. */
  public boolean isSpecial(int id) {
    return added.isSpecial(id);
  }

  /** Decodes a sequence as it grows. */
  public StreamDecoder streamDecoder(boolean skipSpecialTokens) {
    return new StreamDecoder(this, skipSpecialTokens);
  }

  /**
   * Identifies what this tokenizer makes of texts, its chat templates included: a SHA-256 over its
   * files and the tokens that have a role. Says nothing of Fettle's own code.
   */
  public String fingerprint() {
    // Sorted: the order of other maps differs from one start to the next.
    Map<String, String> variables = new TreeMap<>(special.templateVariables());
    return files.fingerprint(
        List.of(bos(), eos(), pad(), unk(), stopIds(), variables, changes).toString());
  }

  /** One more than the highest token id: the rows an embedding needs. */
  public int vocabSize() {
    return vocabulary.size();
  }

  /**
   * The same without the tokens that only files beside the tokenizer's own declare: transformers
   * adds those too, but a model need not have rows for them.
   */
  public int ownVocabSize() {
    return ownVocabSize;
  }

  /** The id of a token as the vocabulary spells it ({@code "Ġthe"}, {@code "</s>"}). */
  public OptionalInt idOf(String token) {
    return vocabulary.idOf(token);
  }

  /** The vocabulary's spelling of an id. */
  public Optional<String> tokenOf(int id) {
    return vocabulary.tokenOf(id);
  }

  /** The token a sequence begins with. */
  public Optional<SpecialToken> bos() {
    return special.bos();
  }

  /** The token a sequence ends with. */
  public Optional<SpecialToken> eos() {
    return special.eos();
  }

  /** The token for padding; often the same as another, so never recognise padding by it. */
  public Optional<SpecialToken> pad() {
    return special.pad();
  }

  /** The token for text the vocabulary cannot say. */
  public Optional<SpecialToken> unk() {
    return special.unk();
  }

  /** The id of {@link #bos}. */
  public OptionalInt bosId() {
    return id(special.bos());
  }

  /** The id of {@link #eos}. */
  public OptionalInt eosId() {
    return id(special.eos());
  }

  /** The id of {@link #pad}. */
  public OptionalInt padId() {
    return id(special.pad());
  }

  /** The id of {@link #unk}. */
  public OptionalInt unkId() {
    return id(special.unk());
  }

  /** Every id that ends generation: the end of sequence, and what generation_config.json adds. */
  public List<Integer> stopIds() {
    return special.stopIds();
  }

  private static OptionalInt id(Optional<SpecialToken> token) {
    return token.isPresent() ? OptionalInt.of(token.get().id()) : OptionalInt.empty();
  }

  /** Whether the model directory brings a chat template. */
  public boolean hasChatTemplate() {
    return changes.chatTemplate().isPresent() || templates.hasDefault();
  }

  /**
   * The model directory's default chat template, with its special tokens as variables.
   *
   * @throws TokenizerException where there is none; {@link ChatMl#template} serves a model that
   *     never had one
   */
  public ChatTemplate chatTemplate() {
    return changes
        .chatTemplate()
        .map(t -> chatTemplate(t.source(), t.origin()))
        .orElseGet(templates::byDefault);
  }

  /**
   * One of several named templates, such as {@code tool_use}.
   *
   * @throws TokenizerException where there is none of that name; the message lists those there are
   */
  public ChatTemplate chatTemplate(String name) {
    return templates.named(name);
  }

  /**
   * A template from elsewhere (a file given in the configuration), with this tokenizer's special
   * tokens as variables.
   */
  public ChatTemplate chatTemplate(String source, String origin) {
    return ChatTemplate.parse(source, origin, special.templateVariables());
  }

  /**
   * Writes the tokenizer's files, as they were read, so that the directory loads here and in
   * transformers. Where the source had no tokenizer.json or tokenizer_config.json, a fitting one is
   * added; where it was changed, both are written anew.
   *
   * @param directory made if absent
   * @throws TokenizerException where it cannot be written
   */
  public void save(Path directory) {
    if (!changes.isNone()) {
      ChangedFiles.of(files, changes, json, special).save(directory);
      return;
    }
    TokenizerFiles complete = files;
    // Those of OpenAI's names are read nowhere else; all others load elsewhere as they are.
    if (!files.has(TokenizerFiles.TOKENIZER) && !files.has(ModelFiles.VOCAB)) {
      complete = complete.with(TokenizerFiles.TOKENIZER, TokenizerFiles.write(json));
    }
    if (!files.has(TokenizerFiles.CONFIG)) {
      ObjectNode config = JsonNodeFactory.instance.objectNode();
      if (!files.has(TokenizerFiles.TOKENIZER) && !files.has(ModelFiles.VOCAB)) {
        config.put("tokenizer_class", "PreTrainedTokenizerFast");
      }
      special.bos().ifPresent(token -> config.put("bos_token", token.text()));
      special.eos().ifPresent(token -> config.put("eos_token", token.text()));
      special.pad().ifPresent(token -> config.put("pad_token", token.text()));
      special.unk().ifPresent(token -> config.put("unk_token", token.text()));
      config.put("clean_up_tokenization_spaces", false);
      complete = complete.with(TokenizerFiles.CONFIG, TokenizerFiles.write(config));
    }
    complete.save(directory);
  }

  @Override
  public void close() {
    added.close();
    tokens.close();
  }
}
