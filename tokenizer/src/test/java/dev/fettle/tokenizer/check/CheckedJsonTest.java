package dev.fettle.tokenizer.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckedJsonTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static ObjectNode write(String rest) throws IOException {
    String model =
        "{'model': {'type': 'WordLevel', 'vocab': {'a': 0, '<unk>': 1}, 'unk_token': '<unk>'}%s}";
    String json = model.formatted(rest.isEmpty() ? "" : ", " + rest).replace('\'', '"');
    ObjectNode written = CheckedJson.write(JSON.readTree(json));
    CheckedJson.writePostProcessor(written, id -> id < 2);
    return written;
  }

  @Test
  void unknownKeysDoNotPass() throws IOException {
    ObjectNode written = write("'odd': 1, 'normalizer': {'type': 'NFC', 'odd': [1]}");
    assertThat(written.has("odd")).isFalse();
    assertThat(written.path("normalizer").toString()).isEqualTo("{\"type\":\"NFC\"}");
    assertThat(written.path("padding").isNull()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "'normalizer': {'type': 'Prepend', 'prepend': ''} | normalizer.prepend is empty",
        "'normalizer': {'type': 'Replace', 'pattern': {'Regex': 'a*'}, 'content': ''} | normalizer.pattern finds places without",
        "'normalizer': {'type': 'Sequence', 'normalizers': [{'type': 'Replace', 'pattern': {'String': 'a'}, 'content': 'aaaaaaaaaa'}, {'type': 'Replace', 'pattern': {'String': 'a'}, 'content': 'aaaaaaaaaa'}]} | normalizer could make a text more than 64 times",
        "'normalizer': {'type': 'Precompiled', 'precompiled_charsmap': 'BAAAAP8AAAA='} | normalizer.precompiled_charsmap is broken",
        "'pre_tokenizer': {'type': 'Split', 'pattern': {'Regex': '(a+)+b'}, 'behavior': 'Isolated', 'invert': false} | pre_tokenizer.pattern.Regex repeats something",
        "'pre_tokenizer': {'type': 'Metaspace', 'replacement': 'ab'} | pre_tokenizer.replacement must be one character",
        "'decoder': {'type': 'Strip', 'content': ' ', 'start': 0, 'stop': 1} | decoder.stop must be a whole number from 0 to 0",
        "'post_processor': {'type': 'BertProcessing', 'sep': ['a', 0], 'cls': ['b', 9]} | post_processor.cls[1] is 9, an id the vocabulary does not have",
        "'post_processor': {'type': 'TemplateProcessing', 'single': [{'Sequence': {'id': 'B', 'type_id': 0}}], 'pair': [], 'special_tokens': {}} | post_processor.single[0].Sequence.id is 'B'",
        "'post_processor': {'type': 'TemplateProcessing', 'single': [], 'pair': [], 'special_tokens': {}} | post_processor.single must hold the sequence A once",
        "'added_tokens': [{'id': -1, 'content': 'x'}] | added_tokens[0].id must be a whole number",
        "'added_tokens': 3 | added_tokens must be a list, not 3",
        "'version': '2.0' | version is"
      })
  void faultsNameTheKey(String part, String message) {
    assertThatExceptionOfType(Fault.class)
        .isThrownBy(() -> write(part))
        .withMessageStartingWith(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'type': 'BPE', 'vocab': {'a': 0, 'ab': 1}, 'merges': ['a b']} | model.merges[0] needs the token 'b'",
        "{'type': 'BPE', 'continuing_subword_prefix': '##', 'vocab': {'a': 0, 'b': 1}, 'merges': [['a', 'b']]} | model.merges[0] joins 'b', which is shorter",
        "{'type': 'BPE', 'vocab': {'a': 4294967296}, 'merges': []} | model.vocab a must be a whole number",
        "{'type': 'Unigram', 'unk_id': 3, 'vocab': [['a', 0.5]]} | model.unk_id must be a whole number from 0 to 0",
        "{'type': 'Unigram', 'unk_id': 0, 'vocab': [['', 0.5]]} | model.vocab[0] is a token of no characters",
        "{'type': 'WordPiece', 'vocab': {}, 'unk_token': 'u', 'continuing_subword_prefix': '', 'max_input_chars_per_word': 99999} | model.max_input_chars_per_word must be"
      })
  void modelsAreChecked(String model, String message) {
    assertThatExceptionOfType(Fault.class)
        .isThrownBy(
            () -> CheckedJson.write(JSON.readTree(("{'model': " + model + "}").replace('\'', '"'))))
        .withMessageStartingWith(message);
  }
}
