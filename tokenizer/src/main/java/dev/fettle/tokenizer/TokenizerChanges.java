package dev.fettle.tokenizer;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a model's tokenizer is given that its files do not have: tokens, the end of a sequence, a
 * chat template. {@link Tokenizer#save} writes them down, so that the directory then has them.
 *
 * @param tokens new ones, appended in this order; one that is in the vocabulary keeps its id
 * @param eos the token that ends a sequence from now on
 * @param chatTemplate the default one from now on
 */
public record TokenizerChanges(
    List<NewToken> tokens, Optional<String> eos, Optional<Template> chatTemplate) {

  /** Nothing changes. */
  public static final TokenizerChanges NONE =
      new TokenizerChanges(List.of(), Optional.empty(), Optional.empty());

  /**
   * A token that is found in a text before anything else, and never split.
   *
   * @param content how it is written
   * @param special whether decoding may leave it out
   */
  public record NewToken(String content, boolean special) {
    /** Checks that there is something to find. */
    public NewToken {
      if (content.isEmpty()) {
        throw new IllegalArgumentException("is a token of no characters");
      }
      boolean lone = content.codePoints().anyMatch(c -> c >= 0xD800 && c <= 0xDFFF);
      if (lone) {
        throw new IllegalArgumentException("holds half a character (a lone surrogate)");
      }
    }

    /** One that decoding may leave out, as marks of a chat template are. */
    public static NewToken special(String content) {
      return new NewToken(content, true);
    }
  }

  /**
   * A chat template.
   *
   * @param source in Jinja
   * @param origin where it comes from, for messages
   */
  public record Template(String source, String origin) {}

  /** Copies the list. */
  public TokenizerChanges {
    tokens = List.copyOf(tokens);
  }

  /** Whether nothing changes. */
  public boolean isNone() {
    return equals(NONE);
  }

  /** The same with further tokens before these; those that are there already stand once. */
  public TokenizerChanges after(List<NewToken> first) {
    Set<NewToken> all = new LinkedHashSet<>(first);
    Set<String> known = new LinkedHashSet<>();
    first.forEach(token -> known.add(token.content()));
    tokens.stream().filter(token -> !known.contains(token.content())).forEach(all::add);
    return new TokenizerChanges(new ArrayList<>(all), eos, chatTemplate);
  }
}
