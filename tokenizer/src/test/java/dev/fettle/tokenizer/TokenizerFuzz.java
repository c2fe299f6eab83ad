package dev.fettle.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Loads broken tokenizers and encodes and decodes with those that load; a program of its own, since
 * a fault of the native library ends the process.
 */
final class TokenizerFuzz {

  private static final List<String> TEXTS =
      List.of(
          "The quick brown fox, it's 2024.  \n\n aaaa<s>hello</s>",
          "caf\u00e9 e\u0301 \u4f60\u597d \ud83d\ude00\ud83c\udffd \ufdfa\u0130 \u0000 the the",
          "   ",
          "a".repeat(300) + " ".repeat(300) + "1".repeat(50));

  private TokenizerFuzz() {}

  /**
   * Arguments: a directory to work in, the seed, the first number and one past the last. Prints
   * what it met; the last line is {@code done LOADED REFUSED}.
   */
  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[0]);
    long seed = Long.parseLong(args[1]);
    List<JsonNode> bases = new ArrayList<>();
    Variants.read().bases().forEach(bases::add);
    int loaded = 0;
    int refused = 0;
    for (int i = Integer.parseInt(args[2]); i < Integer.parseInt(args[3]); i++) {
      TokenizerMutator mutator =
          new TokenizerMutator(bases, new SplittableRandom(seed * 1_000_003 + i));
      Files.write(directory.resolve("tokenizer.json"), mutator.next());
      Files.write(directory.resolve("tokenizer_config.json"), mutator.config());
      Files.writeString(directory.resolve("number"), String.valueOf(i));
      long start = System.nanoTime();
      if (run(directory, i)) {
        loaded++;
      } else {
        refused++;
      }
      long seconds = (System.nanoTime() - start) / 1_000_000_000;
      if (seconds >= 10) {
        System.out.println("slow " + i + " " + seconds + " s");
      }
    }
    System.out.println("done " + loaded + " " + refused);
  }

  private static boolean run(Path directory, int number) {
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      for (String text : TEXTS) {
        Encoding encoding = tokenizer.encode(text, true);
        tokenizer.decode(encoding.ids(), false);
        tokenizer.decode(encoding.ids(), true);
        check(text, encoding, tokenizer);
      }
      for (int id = 0; id < Math.min(tokenizer.vocabSize(), 400); id += 7) {
        tokenizer.decode(new int[] {id, id + 1, id}, false);
      }
      return true;
    } catch (TokenizerException e) {
      return false;
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError | AssertionError e) {
      System.out.println("undeclared " + number + " " + e);
      e.printStackTrace(System.out);
      return false;
    }
  }

  private static void check(String text, Encoding encoding, Tokenizer tokenizer) {
    for (int i = 0; i < encoding.length(); i++) {
      if (tokenizer.tokenOf(encoding.ids()[i]).isEmpty()) {
        throw new IllegalStateException("id " + encoding.ids()[i] + " is not in the vocabulary");
      }
      if (encoding.starts()[i] < 0
          || encoding.ends()[i] < encoding.starts()[i]
          || encoding.ends()[i] > text.length()) {
        throw new IllegalStateException(
            "offsets outside the text: " + encoding.starts()[i] + " " + encoding.ends()[i]);
      }
    }
  }
}
