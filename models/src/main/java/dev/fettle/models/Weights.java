package dev.fettle.models;

import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.Pieces;

/** Gives the parameters of a policy, whole or, where one is larger than 2 GiB, piece by piece. */
@FunctionalInterface
public interface Weights {

  /** A parameter, of the type asked for. */
  HostTensor of(ParameterSpec parameter);

  /** Elements of a parameter that follow each other in row-major order, as a vector. */
  default HostTensor part(ParameterSpec parameter, Pieces piece) {
    return of(parameter).part(piece.from(), piece.count());
  }
}
