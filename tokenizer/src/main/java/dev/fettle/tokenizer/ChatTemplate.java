package dev.fettle.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fettle.jinja.JinjaTemplate;
import dev.fettle.jinja.TemplateException;
import java.time.Clock;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns a conversation into the text a model was trained on, as {@code apply_chat_template} of
 * Hugging Face does. Many threads may render one template at once.
 *
 * <p>The text brings its own special tokens: encode it without adding any.
 */
public final class ChatTemplate {

  private static final Pattern GENERATION = Pattern.compile("\\{%[-+]?\\s*generation\\s*[-+]?%\\}");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String source;
  private final String origin;
  private final JinjaTemplate template;
  private final Map<String, String> specialTokens;

  private ChatTemplate(
      String source, String origin, JinjaTemplate template, Map<String, String> specialTokens) {
    this.source = source;
    this.origin = origin;
    this.template = template;
    this.specialTokens = specialTokens;
  }

  /**
   * What to render. A template sees {@code messages}, {@code add_generation_prompt}, {@code tools}
   * (none where null), the special tokens, and the variables.
   *
   * @param messages an array of objects, each with a role and mostly a content; what else a
   *     template reads (tool calls, reasoning) is passed on
   * @param addGenerationPrompt whether to end with the opening of an assistant turn
   * @param tools an array of function schemas, or null
   * @param variables anything else the template understands, such as {@code enable_thinking}
   * @param clock what {@code strftime_now} reads
   */
  public record Request(
      JsonNode messages,
      boolean addGenerationPrompt,
      @Nullable JsonNode tools,
      Map<String, JsonNode> variables,
      Clock clock) {

    /** Checks that there is a list of messages. */
    public Request {
      if (!messages.isArray()) {
        throw new IllegalArgumentException(
            "messages must be an array, not " + messages.getNodeType());
      }
      variables = Map.copyOf(variables);
    }

    /** Messages as a data set holds them. */
    public static Request of(JsonNode messages, boolean addGenerationPrompt) {
      return new Request(
          messages, addGenerationPrompt, null, Map.of(), Clock.system(ZoneId.systemDefault()));
    }

    /** Plain messages. */
    public static Request of(List<ChatMessage> messages, boolean addGenerationPrompt) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      for (ChatMessage message : messages) {
        array.addObject().put("role", message.role()).put("content", message.content());
      }
      return of(array, addGenerationPrompt);
    }

    /** The same with function schemas the model may call. */
    public Request withTools(JsonNode schemas) {
      return new Request(messages, addGenerationPrompt, schemas, variables, clock);
    }

    /** The same with other variables. */
    public Request withVariables(Map<String, JsonNode> others) {
      return new Request(messages, addGenerationPrompt, tools, others, clock);
    }

    /** The same at another time, for a run that can be repeated. */
    public Request withClock(Clock other) {
      return new Request(messages, addGenerationPrompt, tools, variables, other);
    }
  }

  /**
   * A rendered conversation.
   *
   * @param text all of it
   * @param generated what the model is to say: the text of the template's {@code generation}
   *     blocks, in order, empty ones left out; no spans at all where the template has no such
   *     blocks
   */
  public record Rendered(String text, List<TextSpan> generated) {

    /** Keeps its own copy of the list. */
    public Rendered {
      generated = List.copyOf(generated);
    }
  }

  /**
   * Parses a template.
   *
   * @param source the Jinja template
   * @param origin where it comes from, for messages: a file, or a file and key
   * @param specialTokens {@code bos_token}, {@code eos_token} and the like
   * @throws TokenizerException where it does not parse: origin, line, what is wrong
   */
  public static ChatTemplate parse(
      String source, String origin, Map<String, String> specialTokens) {
    try {
      return new ChatTemplate(
          source, origin, JinjaTemplate.parse(source), Map.copyOf(specialTokens));
    } catch (TemplateException e) {
      throw new TokenizerException(
          at(origin, e)
              + ": the chat template does not parse: "
              + e.reason()
              + "; correct the template",
          e);
    }
  }

  private static String at(String origin, TemplateException e) {
    return e.line() > 0 ? origin + ":" + e.line() : origin;
  }

  /** The Jinja source. */
  public String source() {
    return source;
  }

  /** Identifies what it writes: its source and the special tokens it sees. */
  public String fingerprint() {
    return source + "\n" + new TreeMap<>(specialTokens);
  }

  /**
   * Whether the template says which text is the model's own, which an assistant-only loss needs.
   */
  public boolean hasGenerationBlocks() {
    return GENERATION.matcher(source).find();
  }

  /**
   * Renders a conversation.
   *
   * @throws TokenizerException where the template fails or refuses the conversation: origin, line,
   *     reason
   */
  public Rendered render(Request request) {
    Map<String, @Nullable Object> variables = new HashMap<>(specialTokens);
    request.variables().forEach((name, value) -> variables.put(name, plain(value)));
    variables.put("messages", plain(request.messages()));
    variables.put("add_generation_prompt", request.addGenerationPrompt());
    variables.put("tools", request.tools() == null ? null : plain(request.tools()));
    variables.put("documents", variables.get("documents"));
    try {
      JinjaTemplate.Rendered rendered = template.render(variables, request.clock());
      List<TextSpan> spans =
          rendered.generated().stream().map(s -> new TextSpan(s.start(), s.end())).toList();
      return new Rendered(rendered.text(), spans);
    } catch (TemplateException e) {
      throw new TokenizerException(
          at(origin, e)
              + ": the chat template fails on these messages: "
              + e.reason()
              + "; change the messages, or give another template",
          e);
    }
  }

  private static @Nullable Object plain(JsonNode node) {
    return JSON.convertValue(node, Object.class);
  }
}
