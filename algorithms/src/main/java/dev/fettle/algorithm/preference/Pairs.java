package dev.fettle.algorithm.preference;

import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;
import java.util.List;

/**
 * What a link is given of the pairs in a program. Every value is {@code F32[pairs]}.
 *
 * @param g the graph
 * @param chosen what the policy, or the policy against the reference, gives the chosen answer: a
 *     log-probability or a log-ratio, summed over its tokens
 * @param rejected the same of the rejected answer
 * @param chosenInverse one by the number of the chosen answer's tokens
 * @param rejectedInverse one by the number of the rejected answer's
 * @param referenceAhead by how much the reference itself finds the chosen answer likelier; 0
 *     without one
 * @param real 1 for a pair, 0 for padding, which stands last
 */
public record Pairs(
    GraphBuilder g,
    Value chosen,
    Value rejected,
    Value chosenInverse,
    Value rejectedInverse,
    Value referenceAhead,
    Value real) {

  /** Takes values of single answers apart into those of the chosen and of the rejected. */
  public static Split split(GraphBuilder g, Value answers) {
    Dim pairs = new Dim("pairs", answers.shape().size(0) / 2);
    Value twos = g.reshape(answers, pairs, new Dim("answer", 2));
    Dim one = new Dim("answer", 1);
    return new Split(
        g.reshape(g.sliceAxis(twos, 1, 0, one), pairs),
        g.reshape(g.sliceAxis(twos, 1, 1, one), pairs));
  }

  /** A value of each answer, by pair. */
  public record Split(Value chosen, Value rejected) {

    /** The first less the second. */
    public Value difference(GraphBuilder g) {
      return g.sub(chosen, rejected);
    }
  }

  /** The same with other scores of the answers. */
  public Pairs scored(Value ofChosen, Value ofRejected) {
    return new Pairs(g, ofChosen, ofRejected, chosenInverse, rejectedInverse, referenceAhead, real);
  }

  /** The same with scores a token. */
  public Pairs perToken() {
    return scored(g.mul(chosen, chosenInverse), g.mul(rejected, rejectedInverse));
  }

  /** By how much the chosen answer is ahead. */
  public Value ahead() {
    return g.sub(chosen, rejected);
  }

  /** The logarithm of the logistic function, without overflow. */
  Value logSigmoid(Value x) {
    return logSigmoid(g, x);
  }

  /** The logarithm of the logistic function: {@code min(x, 0) - log(1 + e^-|x|)}. */
  public static Value logSigmoid(GraphBuilder g, Value x) {
    Value tail = g.log(g.offset(g.exp(g.neg(g.abs(x))), 1));
    return g.sub(g.min(x, g.fill(0, x.type())), tail);
  }

  /** A value in falling order, padding last. */
  Value falling(Value x) {
    Value least = g.fill(-1e30, x.type());
    Value isReal = g.less(g.fill(0, real.type()), real);
    List<Value> sorted = g.topK(g.select(isReal, x, least), (int) x.shape().size(0));
    Value inOrder = g.reshape(sorted.get(0), x.shape());
    return g.select(isReal, inOrder, g.fill(0, x.type()));
  }
}
