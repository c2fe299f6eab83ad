package dev.fettle.harness.quickstart;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.files.FileErrors;
import dev.fettle.settings.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The files a world is written to, in formats any run reads.
 *
 * @param directory which holds them
 */
record WorldFiles(Path directory) {

  /** Plain text, a row a line: to train the base model on. */
  Path text() {
    return directory.resolve("text.jsonl");
  }

  /** Questions and answers to fine-tune on. */
  Path training() {
    return directory.resolve("questions.train.jsonl");
  }

  /** Questions and answers held out. */
  Path heldOut() {
    return directory.resolve("questions.heldout.jsonl");
  }

  /** What the tokenizer is trained on: the plain text and the training questions. */
  Path vocabulary() {
    return directory.resolve("vocabulary.txt");
  }

  /** Writes them all. */
  void write(TinyWorld world) {
    try {
      Files.createDirectories(directory);
      Files.write(text(), world.text().stream().map(l -> json(Map.of("text", l))).toList());
      Files.write(training(), world.training().stream().map(WorldFiles::row).toList());
      Files.write(heldOut(), world.heldOut().stream().map(WorldFiles::row).toList());
      List<String> all = new ArrayList<>(world.text());
      world.training().forEach(t -> all.add(t.question() + " " + t.answer()));
      Files.write(vocabulary(), all);
    } catch (IOException e) {
      throw ConfigException.about("out", directory + " cannot be written: " + FileErrors.reason(e));
    }
  }

  private static String row(Task task) {
    Map<String, String> columns = new LinkedHashMap<>();
    columns.put("prompt", task.question());
    // The blank belongs to the answer's first word, as words are cut.
    columns.put("completion", " " + task.answer());
    return json(columns);
  }

  private static String json(Map<String, String> row) {
    try {
      return new ObjectMapper().writeValueAsString(row);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
