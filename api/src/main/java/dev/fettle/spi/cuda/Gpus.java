package dev.fettle.spi.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The cards of a machine, asked of {@code nvidia-smi}; without it what the driver writes under
 * {@code /proc} and {@code /dev}. Those that {@code CUDA_VISIBLE_DEVICES} hides are left out, and
 * the others are numbered as CUDA does.
 *
 * @param visible those a program can use, by index
 * @param hidden how many there are besides
 */
public record Gpus(List<Gpu> visible, int hidden) {
  private static final String VISIBLE = "CUDA_VISIBLE_DEVICES";
  private static final Pattern CUDA = Pattern.compile("CUDA Version\\s*:\\s*([0-9.]+)");
  private static final Pattern DRIVER = Pattern.compile("Kernel Module(?: for \\S+)?\\s+([0-9.]+)");
  private static final long MIB = 1 << 20;

  /** Keeps an immutable copy. */
  public Gpus {
    visible = List.copyOf(visible);
  }

  /** A card, and what its driver calls it. */
  private record Card(String uuid, Gpu gpu) {}

  /** Looks at a machine. */
  public static Gpus of(Host host) {
    List<Card> cards = told(host);
    if (cards.isEmpty()) {
      cards = listed(host);
    }
    if (cards.isEmpty()) {
      cards = counted(host);
    }
    String chosen = host.environment().get(VISIBLE);
    List<Card> visible = chosen == null ? cards : chosen(cards, chosen);
    List<Gpu> gpus = new ArrayList<>();
    for (Card card : visible) {
      gpus.add(card.gpu().at(gpus.size()));
    }
    return new Gpus(gpus, cards.size() - visible.size());
  }

  private static List<Card> told(Host host) {
    Optional<String> table =
        host.commands()
            .apply(
                List.of(
                    "nvidia-smi",
                    "--query-gpu=uuid,name,memory.total,driver_version",
                    "--format=csv,noheader,nounits"));
    List<String[]> rows =
        table.stream()
            .flatMap(String::lines)
            .map(line -> line.split("\\s*,\\s*"))
            .filter(row -> row.length == 4 && row[0].startsWith("GPU-"))
            .toList();
    if (rows.isEmpty()) {
      return List.of();
    }
    // Only the banner says what the driver can run.
    Optional<String> cuda =
        host.commands().apply(List.of("nvidia-smi")).flatMap(text -> first(CUDA, text));
    List<Card> cards = new ArrayList<>();
    for (String[] row : rows) {
      // Some cards say [N/A]: those that share the host's memory.
      boolean number = row[2].matches("\\d+");
      OptionalLong bytes =
          number ? OptionalLong.of(Long.parseLong(row[2]) * MIB) : OptionalLong.empty();
      cards.add(new Card(row[0], new Gpu(cards.size(), row[1], bytes, Optional.of(row[3]), cuda)));
    }
    return cards;
  }

  private static List<Card> listed(Host host) {
    Optional<String> driver =
        read(host.at("/proc/driver/nvidia/version")).flatMap(text -> first(DRIVER, text));
    List<Card> cards = new ArrayList<>();
    for (Path folder : sorted(host.at("/proc/driver/nvidia/gpus"), ".*")) {
      String text = read(folder.resolve("information")).orElse("");
      String name = field(text, "Model").orElse("NVIDIA GPU");
      Gpu gpu = new Gpu(cards.size(), name, OptionalLong.empty(), driver, Optional.empty());
      cards.add(new Card(field(text, "GPU UUID").orElse(""), gpu));
    }
    return cards;
  }

  private static List<Card> counted(Host host) {
    List<Card> cards = new ArrayList<>();
    int found = sorted(host.at("/dev"), "nvidia\\d+").size();
    for (int i = 0; i < found; i++) {
      cards.add(
          new Card(
              "",
              new Gpu(i, "NVIDIA GPU", OptionalLong.empty(), Optional.empty(), Optional.empty())));
    }
    return cards;
  }

  /** As CUDA reads it: numbers or beginnings of names, and nothing after the first bad one. */
  private static List<Card> chosen(List<Card> cards, String wanted) {
    List<Card> visible = new ArrayList<>();
    for (String word : wanted.split(",", -1)) {
      Optional<Card> card = card(cards, word.strip());
      if (card.isEmpty() || visible.contains(card.get())) {
        break;
      }
      visible.add(card.get());
    }
    return visible;
  }

  private static Optional<Card> card(List<Card> cards, String word) {
    if (word.matches("\\d{1,4}")) {
      int i = Integer.parseInt(word);
      return i < cards.size() ? Optional.of(cards.get(i)) : Optional.empty();
    }
    if (word.startsWith("MIG-")) {
      // A slice of a card; which one, only the driver knows.
      return cards.stream().findFirst();
    }
    return word.startsWith("GPU-")
        ? cards.stream().filter(c -> c.uuid().startsWith(word)).findFirst()
        : Optional.empty();
  }

  private static Optional<String> first(Pattern pattern, String text) {
    Matcher m = pattern.matcher(text);
    return m.find() ? Optional.of(m.group(1)) : Optional.empty();
  }

  private static Optional<String> field(String text, String name) {
    return text.lines()
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .filter(value -> !value.isEmpty())
        .findFirst();
  }

  private static Optional<String> read(Path file) {
    try {
      return Files.isReadable(file) ? Optional.of(Files.readString(file)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static List<Path> sorted(Path folder, String names) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(entry -> String.valueOf(entry.getFileName()).matches(names))
          .sorted()
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** What there is, for a message: {@code gpu:0 NVIDIA H100 ...}, or that there is none. */
  @Override
  public String toString() {
    String hides =
        hidden == 0 ? "" : "; " + VISIBLE + " hides " + (hidden == 1 ? "one" : "" + hidden);
    return visible.isEmpty()
        ? "no GPU" + hides
        : visible.stream().map(Gpu::toString).collect(Collectors.joining("; ")) + hides;
  }
}
