package dev.fettle.integration;

import dev.fettle.reward.NamedReward;
import dev.fettle.sample.Completion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A reward that takes its time, and leaves a file while it does, so that a process can be killed
 * just then: the column {@code marker} of the prompts names it. Answers with more letters {@code a}
 * are better.
 */
public final class MarkedReward implements NamedReward {
  private static final long MILLIS = 60;

  @Override
  public String type() {
    return "marked";
  }

  @Override
  public double[] score(List<Completion> completions) {
    Path marker = Path.of(completions.get(0).prompt().row().path("marker").asText());
    try {
      Files.writeString(marker, "");
      Thread.sleep(MILLIS);
      Files.deleteIfExists(marker);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return completions.stream()
        .mapToDouble(c -> c.text().chars().filter(l -> l == 'a').count() - 0.01 * c.text().length())
        .toArray();
  }
}
