package dev.fettle.models.generate;

import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.models.nn.Linears;
import dev.fettle.spi.CompileOptions;

/**
 * How a generator's programs are written and compiled.
 *
 * @param linears how linear layers are computed
 * @param precision of the matrix products
 * @param compile how the backend compiles them
 */
public record GeneratorOptions(Linears linears, Precision precision, CompileOptions compile) {}
