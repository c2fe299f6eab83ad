package dev.fettle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A model with random weights, made on the spot. */
final class TinyModel {
  private TinyModel() {}

  /** Makes it in a directory, beside the text its tokenizer is trained on. */
  static Path in(Path dir) throws IOException {
    Path model = dir.resolve("model");
    Path text = Files.writeString(dir.resolve("text.txt"), "one and two is three ".repeat(30));
    Invocation init =
        Invocation.of(
            "init",
            model.toString(),
            "--family=gpt2",
            "--layers=1",
            "--embed=64",
            "--heads=2",
            "--positions=64",
            "--train-tokenizer=" + text,
            "--vocab-size=280");
    assertThat(init.err()).isEmpty();
    return model;
  }
}
