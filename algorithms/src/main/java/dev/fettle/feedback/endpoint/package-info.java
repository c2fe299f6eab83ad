/**
 * A server that answers as OpenAI's {@code /v1/chat/completions} does. This is the only room of the
 * house from which anything leaves the machine, and only where a configuration names an endpoint.
 * Start at {@link dev.fettle.feedback.endpoint.ChatEndpoint}.
 */
@NullMarked
package dev.fettle.feedback.endpoint;

import org.jspecify.annotations.NullMarked;
