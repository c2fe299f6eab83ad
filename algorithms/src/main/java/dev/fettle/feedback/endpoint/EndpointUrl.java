package dev.fettle.feedback.endpoint;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;

/**
 * Where a server is asked.
 *
 * @param base as it was given, without a slash at its end; it holds no secret
 */
public record EndpointUrl(URI base) {
  private static final String PATH = "/chat/completions";
  private static final Set<String> SCHEMES = Set.of("http", "https");
  private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]");

  /**
   * Reads an address: {@code https://host/v1}, without one {@code /v1} is meant, or the whole of it
   * up to {@code /chat/completions}. What it says is wrong never holds the address itself, which
   * may hold a password.
   *
   * @throws IllegalArgumentException with what is wrong
   */
  public static EndpointUrl parse(String text) {
    URI uri;
    try {
      uri = new URI(text.strip());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "is no address of a server (" + e.getReason() + "); give one as https://host/v1");
    }
    if (uri.getScheme() == null || !SCHEMES.contains(uri.getScheme().toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException(
          "is no http or https address; give one as https://host/v1");
    }
    if (uri.getRawUserInfo() != null
        || (uri.getRawAuthority() != null && uri.getRawAuthority().contains("@"))) {
      throw new IllegalArgumentException(
          "holds a user or password; leave it out, and name an environment variable that holds the"
              + " key under apiKeyEnv");
    }
    if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "has something behind a ? or #; leave it out, and name an environment variable that holds"
              + " the key under apiKeyEnv");
    }
    if (uri.getHost() == null || uri.getPort() > 65_535 || uri.getPort() == 0) {
      throw new IllegalArgumentException("names no host and port; give it as https://host:8000/v1");
    }
    String whole = uri.toString();
    return new EndpointUrl(URI.create(whole.replaceAll("/+$", "")));
  }

  /** Where completions are asked for. */
  public URI completions() {
    String path = base.getRawPath() == null ? "" : base.getRawPath();
    if (path.endsWith(PATH)) {
      return base;
    }
    return URI.create(base + (path.isEmpty() ? "/v1" : "") + PATH);
  }

  /** Whether what is sent can be read on the way. */
  public boolean isPlain() {
    return base.getScheme().equalsIgnoreCase("http") && !LOCAL.contains(base.getHost());
  }

  @Override
  public String toString() {
    return base.toString();
  }
}
