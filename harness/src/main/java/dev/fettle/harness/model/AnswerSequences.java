package dev.fettle.harness.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.Example;
import dev.fettle.data.encode.EncodingOptions;
import dev.fettle.data.encode.LossOn;
import dev.fettle.data.encode.RowEncoder;
import dev.fettle.data.encode.TextRows;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.Row;
import dev.fettle.data.read.RowOrigin;
import dev.fettle.models.generate.StopReason;
import dev.fettle.sample.Completion;
import dev.fettle.sample.SamplePrompt;
import dev.fettle.sample.StopTokens;
import dev.fettle.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Prompts with their answers as a reward model reads them: as its training did.
 *
 * <p>Where the model that answered has the same tokenizer, the tokens are used as they are, the one
 * that ended the answer among them; after the one that ends a turn stands what the chat template
 * writes there. An answer that was cut by the limit or by a stop string has no end. Where the
 * tokenizers differ, the text is encoded anew, and a conversation written by the model's own
 * template.
 */
final class AnswerSequences {
  private static final Path PROMPTS = Path.of("prompts");

  /** Beside the prompt, what a chat template may want of a row. */
  private static final List<String> FOR_TEMPLATES = List.of("tools", "chat_template_kwargs");

  private final ModelFiles files;
  private final boolean sameTokens;
  private final Consumer<String> warnings;
  private final int longest;
  private int @Nullable [] afterAnswer;
  private @Nullable RowEncoder<Example> encoder;

  /**
   * Sequences for a reward model.
   *
   * @param files of the reward model
   * @param answering the tokenizer of the model that answers, if it has one
   * @param warnings told where a sequence is longer than the model takes
   */
  AnswerSequences(ModelFiles files, Optional<Tokenizer> answering, Consumer<String> warnings) {
    this.files = files;
    this.warnings = warnings;
    this.longest = files.model().shape().maxPositions();
    this.sameTokens =
        files.tokenizer().isEmpty()
            || answering.isEmpty()
            || files.tokenizer().get().fingerprint().equals(answering.get().fingerprint());
  }

  /** The sequence of an answer; its last tokens where the model does not take all. */
  Example of(Completion completion) {
    int[] ids = sameTokens ? asTheyAre(completion) : encoded(completion);
    if (ids.length > longest) {
      warnings.accept(
          files.directory()
              + " takes "
              + longest
              + " tokens; of longer prompts with their answers it sees the last ones alone");
      ids = Arrays.copyOfRange(ids, ids.length - longest, ids.length);
    }
    // One token is no sequence, and has no target.
    int[] whole = ids.length == 0 ? new int[1] : ids;
    byte[] targets = new byte[whole.length];
    Arrays.fill(targets, 1, whole.length, (byte) 1);
    return new Example(whole, targets, origin(completion.prompt()));
  }

  private static RowOrigin origin(SamplePrompt prompt) {
    return new RowOrigin(PROMPTS, prompt.index() + 1, RowOrigin.Unit.ROW);
  }

  private int[] asTheyAre(Completion completion) {
    int[] prompt = completion.prompt().ids();
    int[] answer = completion.generation().ids();
    int[] end = turnEnd(completion);
    int[] ids = Arrays.copyOf(prompt, prompt.length + answer.length + end.length);
    System.arraycopy(answer, 0, ids, prompt.length, answer.length);
    System.arraycopy(end, 0, ids, prompt.length + answer.length, end.length);
    int rows = files.model().shape().vocab();
    for (int id : ids) {
      if (id < 0 || id >= rows) {
        throw new DataException(
            "the reward model in "
                + files.directory()
                + " has no row for token "
                + id
                + ", which row "
                + (completion.prompt().index() + 1)
                + " of the prompts or its answer holds; take one that was trained with the same"
                + " tokenizer, or that has its own");
      }
    }
    return ids;
  }

  /**
   * What the template writes after the token that ended this answer. A conversation that the row
   * holds as a written text ends with that token.
   */
  private int[] turnEnd(Completion completion) {
    int[] answer = completion.generation().ids();
    if (answer.length == 0 || !isConversation(completion.prompt())) {
      return new int[0];
    }
    int[] after = afterAnswer;
    if (after == null) {
      after =
          files
              .tokenizer()
              .filter(Tokenizer::hasChatTemplate)
              .map(t -> StopTokens.afterAnswer(t, t.chatTemplate()))
              .orElse(new int[0]);
      afterAnswer = after;
    }
    return after.length > 1 && after[0] == answer[answer.length - 1]
        ? Arrays.copyOfRange(after, 1, after.length)
        : new int[0];
  }

  private static boolean isConversation(SamplePrompt prompt) {
    return prompt.chat() && prompt.row().path("prompt").isArray();
  }

  private int[] encoded(Completion completion) {
    SamplePrompt prompt = completion.prompt();
    ObjectNode fields = JsonNodeFactory.instance.objectNode();
    boolean conversation = isConversation(prompt);
    if (conversation) {
      fields.set("prompt", prompt.row().get("prompt"));
      fields
          .putArray("completion")
          .addObject()
          .put("role", "assistant")
          .put("content", completion.text());
      FOR_TEMPLATES.stream()
          .filter(prompt.row()::has)
          .forEach(name -> fields.set(name, prompt.row().get(name)));
    } else {
      fields.put("prompt", prompt.text()).put("completion", completion.text());
    }
    Example example = encoder().encode(new Row(fields, origin(prompt))).example();
    if (example == null) {
      return new int[0];
    }
    return ended(completion) ? example.ids() : withoutEnd(example.ids(), conversation);
  }

  /** All is target: which tokens are is nothing to a reward, and no row is dropped for it. */
  private RowEncoder<Example> encoder() {
    RowEncoder<Example> made = encoder;
    if (made == null) {
      made =
          new TextRows(files.tokenizer(), LossOn.ALL)
              .encoder(TextRows.PROMPT_COMPLETION, EncodingOptions.of(EncodingOptions.UNLIMITED));
      encoder = made;
    }
    return made;
  }

  private static boolean ended(Completion completion) {
    return completion.generation().reason() == StopReason.STOP_TOKEN;
  }

  /** Encoding marks the end of every text; a conversation is as its template writes it. */
  private int[] withoutEnd(int[] ids, boolean conversation) {
    OptionalInt eos = files.requireTokenizer().eosId();
    boolean marked =
        !conversation && ids.length > 1 && eos.isPresent() && ids[ids.length - 1] == eos.getAsInt();
    return marked ? Arrays.copyOf(ids, ids.length - 1) : ids;
  }
}
