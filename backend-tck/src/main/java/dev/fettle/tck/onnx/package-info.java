/**
 * ONNX's published node tests as an oracle from outside: reads them, and says in our operations
 * what can be said in them. Start with {@link dev.fettle.tck.onnx.NodeMappings}.
 */
@NullMarked
package dev.fettle.tck.onnx;

import org.jspecify.annotations.NullMarked;
