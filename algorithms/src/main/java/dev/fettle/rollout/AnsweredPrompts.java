package dev.fettle.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.Example;
import dev.fettle.data.encode.Columns;
import dev.fettle.data.encode.Encoded;
import dev.fettle.data.encode.EncodingOptions;
import dev.fettle.data.encode.LossOn;
import dev.fettle.data.encode.RowEncoder;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.data.encode.RowFormat;
import dev.fettle.data.encode.TextRows;
import dev.fettle.data.read.Row;
import dev.fettle.sample.PromptRows;
import dev.fettle.sample.SamplePrompt;
import dev.fettle.tokenizer.Tokenizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rows of prompts, some of which hold an answer: what an evaluation reads, which asks for rewards
 * of the model's own answers and for the likelihood of those given.
 *
 * @param prompts how prompts are read
 */
public record AnsweredPrompts(PromptRows prompts) implements RowEncoding<AnsweredPrompt> {
  private static final String COMPLETION = "completion";

  @Override
  public Optional<Tokenizer> tokenizer() {
    return prompts.tokenizer();
  }

  @Override
  public List<RowFormat> formats() {
    return prompts.formats();
  }

  @Override
  public AnsweredPrompt numbered(AnsweredPrompt example, long row) {
    return new AnsweredPrompt(prompts.numbered(example.prompt(), row), example.answer());
  }

  @Override
  public Map<String, Example> sequences(AnsweredPrompt example) {
    Map<String, Example> sequences = new LinkedHashMap<>();
    sequences.put("prompt", prompts.sequences(example.prompt()).values().iterator().next());
    example.answer().ifPresent(a -> sequences.put("answer", a));
    return sequences;
  }

  @Override
  public ObjectNode written(AnsweredPrompt example) {
    return prompts.written(example.prompt());
  }

  @Override
  public RowEncoder<AnsweredPrompt> encoder(RowFormat format, EncodingOptions options) {
    RowEncoder<SamplePrompt> asked = prompts.encoder(format, options);
    RowEncoder<Example> answered =
        new TextRows(tokenizer(), LossOn.COMPLETION)
            .encoder(TextRows.PROMPT_COMPLETION, options.withColumns(Columns.asTheyAre()));
    return new RowEncoder<>() {
      @Override
      public Encoded<AnsweredPrompt> encode(Row row) {
        Encoded<SamplePrompt> prompt = asked.encode(row);
        SamplePrompt found = prompt.example();
        if (found == null) {
          return new Encoded<>(null, prompt.dropped(), false, false);
        }
        Optional<Example> answer =
            withAnswer(found, row).flatMap(r -> Optional.ofNullable(answered.encode(r).example()));
        return new Encoded<>(new AnsweredPrompt(found, answer), null, prompt.truncated(), true);
      }

      @Override
      public List<String> findings() {
        return asked.findings();
      }
    };
  }

  /** The row as one of a prompt with its completion, where it has one. */
  private static Optional<Row> withAnswer(SamplePrompt prompt, Row from) {
    JsonNode answer = prompt.row().path(COMPLETION);
    if (!answer.isTextual() && !answer.isArray()) {
      return Optional.empty();
    }
    ObjectNode row = prompt.row().objectNode();
    JsonNode asked = prompt.row().path("prompt");
    row.set("prompt", asked);
    if (asked.isArray() && answer.isTextual()) {
      row.putArray(COMPLETION).addObject().put("role", "assistant").set("content", answer);
    } else {
      row.set(COMPLETION, answer);
    }
    for (String beside : List.of("tools", "chat_template_kwargs")) {
      JsonNode value = prompt.row().path(beside);
      if (!value.isMissingNode()) {
        row.set(beside, value);
      }
    }
    return Optional.of(new Row(row, from.origin()));
  }
}
