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
  private static final String PROMPT = "prompt";

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

  /** The questions trained on, each with a right answer and a wrong one. */
  Path pairs() {
    return directory.resolve("pairs.train.jsonl");
  }

  /** The questions held out, each with a right answer and a wrong one. */
  Path heldOutPairs() {
    return directory.resolve("pairs.heldout.jsonl");
  }

  /** The questions trained on as prompts, each with what is right in a column of its own. */
  Path prompts() {
    return directory.resolve("prompts.jsonl");
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
      Files.write(pairs(), world.pairs().stream().map(WorldFiles::pair).toList());
      Files.write(heldOutPairs(), world.heldOutPairs().stream().map(WorldFiles::pair).toList());
      Files.write(prompts(), world.training().stream().map(WorldFiles::prompt).toList());
      List<String> all = new ArrayList<>(world.text());
      world.training().forEach(t -> all.add(t.question() + " " + t.answer()));
      Files.write(vocabulary(), all);
    } catch (IOException e) {
      throw ConfigException.about("out", directory + " cannot be written: " + FileErrors.reason(e));
    }
  }

  private static String row(Task task) {
    Map<String, String> columns = new LinkedHashMap<>();
    columns.put(PROMPT, task.question());
    columns.put("completion", written(task.answer()));
    return json(columns);
  }

  private static String pair(TaskPair pair) {
    Map<String, String> columns = new LinkedHashMap<>();
    columns.put(PROMPT, pair.task().question());
    columns.put("chosen", written(pair.task().answer()));
    columns.put("rejected", written(pair.wrong()));
    return json(columns);
  }

  private static String prompt(Task task) {
    Map<String, String> columns = new LinkedHashMap<>();
    columns.put(PROMPT, task.question());
    columns.put("answer", task.answer());
    return json(columns);
  }

  /** The blank belongs to the answer's first word, as words are cut. */
  private static String written(String answer) {
    return " " + answer;
  }

  private static String json(Map<String, String> row) {
    try {
      return new ObjectMapper().writeValueAsString(row);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
