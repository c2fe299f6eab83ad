package dev.fettle.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The chat templates of a model directory. A file {@code chat_template.jinja} goes before what
 * tokenizer_config.json says, as in transformers. They are parsed when asked for, so that a broken
 * one hinders nobody who does not want it.
 */
final class ChatTemplates {

  private static final String DEFAULT = "default";

  private record Source(String text, String origin) {}

  private final TokenizerFiles files;
  private final SpecialTokens special;
  private final Map<String, Source> sources;

  private ChatTemplates(TokenizerFiles files, SpecialTokens special, Map<String, Source> sources) {
    this.files = files;
    this.special = special;
    this.sources = sources;
  }

  static ChatTemplates find(TokenizerFiles files, SpecialTokens special) {
    Map<String, Source> sources = new LinkedHashMap<>();
    for (String name : new String[] {TokenizerFiles.CONFIG, "chat_template.json"}) {
      add(sources, files.json(name).path("chat_template"), files.path(name) + " chat_template");
    }
    for (String file : files.additionalTemplates()) {
      String name = file.substring(file.lastIndexOf('/') + 1, file.length() - ".jinja".length());
      files
          .text(file)
          .ifPresent(text -> sources.put(name, new Source(text, files.path(file).toString())));
    }
    files
        .text(TokenizerFiles.TEMPLATE)
        .ifPresent(
            text ->
                sources.put(
                    DEFAULT, new Source(text, files.path(TokenizerFiles.TEMPLATE).toString())));
    return new ChatTemplates(files, special, sources);
  }

  /** One template, or a list of named ones. */
  private static void add(Map<String, Source> sources, JsonNode written, String origin) {
    if (written.isTextual()) {
      sources.put(DEFAULT, new Source(written.asText(), origin));
    }
    if (written.isArray()) {
      for (JsonNode entry : written) {
        String name = entry.path("name").asText();
        sources.put(name, new Source(entry.path("template").asText(), origin + " " + name));
      }
    }
  }

  boolean hasDefault() {
    return sources.containsKey(DEFAULT);
  }

  ChatTemplate byDefault() {
    return named(DEFAULT);
  }

  ChatTemplate named(String name) {
    Source source = sources.get(name);
    if (source != null) {
      return ChatTemplate.parse(source.text(), source.origin(), special.templateVariables());
    }
    if (sources.isEmpty()) {
      throw new TokenizerException(
          files.directory()
              + ": the model has no chat template; set tokenizer.chatTemplate (chatml, a file, or the"
              + " template itself) or data.chatTemplate, or put chat_template.jinja there");
    }
    throw new TokenizerException(
        files.directory()
            + ": no chat template named '"
            + name
            + "'; there are "
            + String.join(", ", sources.keySet()));
  }
}
