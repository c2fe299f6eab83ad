package dev.fettle.models.head;

import java.nio.file.Path;
import java.util.function.UnaryOperator;

/**
 * What a head begins as.
 *
 * @param directory of a model of the same architecture
 * @param head that the model there has
 * @param nameThere what a parameter of this head is called there
 */
public record HeadOrigin(Path directory, Head head, UnaryOperator<String> nameThere) {}
