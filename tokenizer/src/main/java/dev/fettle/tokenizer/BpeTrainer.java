package dev.fettle.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Trains a byte-level BPE vocabulary, GPT-2's kind, from text: any text can be encoded with it, and
 * comes back the same. Deterministic, and equal to Hugging Face's trainer with the byte alphabet
 * and GPT-2's words, but for one thing: special tokens in the text are left out of the counts, as
 * encoding never sees their insides.
 */
public final class BpeTrainer {

  private static final int BYTES = 256;

  /** What a special token is for. */
  public enum Role {
    /** Begins a sequence. */
    BOS,
    /** Ends a sequence. */
    EOS,
    /** Fills a row. */
    PAD,
    /** Stands for what cannot be said. */
    UNK;

    String key() {
      return switch (this) {
        case BOS -> "bos_token";
        case EOS -> "eos_token";
        case PAD -> "pad_token";
        case UNK -> "unk_token";
      };
    }
  }

  /**
   * A token that is matched whole wherever it stands in a text.
   *
   * @param text such as {@code "<|endoftext|>"}
   * @param roles what it is for; none for a token of a chat template
   */
  public record Special(String text, Set<Role> roles) {

    /** Checks that there is a text. */
    public Special {
      if (text.isEmpty()) {
        throw new IllegalArgumentException("a special token is empty");
      }
      roles = Set.copyOf(roles);
    }

    /** A token with its roles. */
    public static Special of(String text, Role... roles) {
      return new Special(text, Set.copyOf(Arrays.asList(roles)));
    }
  }

  /**
   * What to train.
   *
   * @param vocabSize how many tokens at most, special ones and the 256 bytes among them
   * @param minFrequency how often a pair must occur to be merged
   * @param special in the order of their ids, from 0
   */
  public record Settings(int vocabSize, int minFrequency, List<Special> special) {

    /** Checks that the vocabulary holds what it must. */
    public Settings {
      special = List.copyOf(special);
      if (special.stream().map(Special::text).distinct().count() < special.size()) {
        throw new IllegalArgumentException("a special token is given twice");
      }
      if (vocabSize < special.size() + BYTES) {
        throw new IllegalArgumentException(
            "vocabSize %d is too small: %d special tokens and the %d bytes do not fit; ask for %d or more"
                .formatted(vocabSize, special.size(), BYTES, special.size() + BYTES));
      }
    }
  }

  private final Settings settings;

  /** A trainer; it can be used again. */
  public BpeTrainer(Settings settings) {
    this.settings = settings;
  }

  /**
   * Trains on texts, each read once. Where they run out of pairs the vocabulary stays smaller than
   * asked for.
   */
  public BpeVocabulary train(Iterator<String> texts) {
    WordCounts words = new WordCounts(settings.special().stream().map(Special::text).toList());
    while (texts.hasNext()) {
      words.add(texts.next());
    }
    Growth growth = new Growth(settings);
    PairMerger pairs = new PairMerger();
    words.counts().forEach((word, count) -> pairs.add(growth.symbols(word), count));
    while (growth.tokens.size() < settings.vocabSize()) {
      PairMerger.Pair best = pairs.best();
      if (best.count() < Math.max(1, settings.minFrequency())) {
        break;
      }
      pairs.merge(best, growth.merge(best));
    }
    return new BpeVocabulary(growth.tokens, growth.merges, settings.special());
  }

  /** The vocabulary so far. */
  private static final class Growth {
    private final List<String> tokens = new ArrayList<>();
    private final Map<String, Integer> ids = new HashMap<>();
    private final List<ByteLevelJson.Merge> merges = new ArrayList<>();

    Growth(Settings settings) {
      settings.special().forEach(token -> id(token.text()));
      for (char c : ByteAlphabet.sorted()) {
        id(String.valueOf(c));
      }
    }

    private int id(String token) {
      Integer known = ids.putIfAbsent(token, tokens.size());
      if (known != null) {
        return known;
      }
      tokens.add(token);
      return tokens.size() - 1;
    }

    int[] symbols(String word) {
      return ByteAlphabet.write(word).chars().map(c -> id(String.valueOf((char) c))).toArray();
    }

    /** Two ways of cutting may give the same token; then there are two merges to it. */
    int merge(PairMerger.Pair pair) {
      String left = tokens.get(pair.left());
      String right = tokens.get(pair.right());
      merges.add(new ByteLevelJson.Merge(left, right));
      return id(left + right);
    }
  }
}
