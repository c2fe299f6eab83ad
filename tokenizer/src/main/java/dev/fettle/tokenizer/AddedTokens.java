package dev.fettle.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;

/** What decoding must know of tokens that stand outside the model's own vocabulary. */
final class AddedTokens {

  private static final String SPACE_MARK = "\u2581";

  private final Set<Integer> special;
  private final Set<Integer> spaced;
  private final int space;

  private AddedTokens(Set<Integer> special, Set<Integer> spaced, int space) {
    this.special = special;
    this.spaced = spaced;
    this.space = space;
  }

  /**
   * Reads them.
   *
   * @param json tokenizer.json, with the tokens that the configuration names made special
   */
  static AddedTokens of(JsonNode json, Vocabulary vocabulary) {
    Set<Integer> special = new HashSet<>();
    // OpenAI's own files mark nothing.
    vocabulary.idOf(SpecialTokens.GPT2_END).ifPresent(special::add);
    Set<Integer> spaced = new HashSet<>();
    boolean prepends = prepends(json.path("normalizer"));
    for (JsonNode token : json.path("added_tokens")) {
      int id = token.path("id").asInt();
      if (token.path("special").asBoolean()) {
        special.add(id);
      }
      if (prepends && token.path("normalized").asBoolean()) {
        spaced.add(id);
      }
    }
    OptionalInt space = vocabulary.idOf(SPACE_MARK);
    return new AddedTokens(special, space.isPresent() ? spaced : Set.of(), space.orElse(0));
  }

  private static boolean prepends(JsonNode normalizer) {
    return normalizer.path("prepend").asText().equals(SPACE_MARK)
        || normalizer.path("normalizers").valueStream().anyMatch(AddedTokens::prepends);
  }

  boolean isSpecial(int id) {
    return special.contains(id);
  }

  /**
   * The ids to hand to the library: without the special ones where they are to be skipped, and with
   * the space that tokenizers 0.23 writes before an added token which passes through a normalizer
   * that puts one (ours is 0.21).
   */
  int[] forDecoding(int[] ids, boolean skipSpecialTokens) {
    int[] out = new int[2 * ids.length];
    int count = 0;
    for (int id : ids) {
      if (skipSpecialTokens && special.contains(id)) {
        continue;
      }
      if (spaced.contains(id)) {
        out[count++] = space;
      }
      out[count++] = id;
    }
    return Arrays.copyOf(out, count);
  }
}
