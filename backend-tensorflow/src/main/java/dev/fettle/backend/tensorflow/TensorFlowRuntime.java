package dev.fettle.backend.tensorflow;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.RunOptions;

/**
 * The graph and the session a backend works with. Nodes can only be added: the graph of a closed
 * program stays until the backend moves to another session; tensors and variables are freed.
 */
final class TensorFlowRuntime implements AutoCloseable {
  /** Dead nodes that are not worth a new session. */
  private static final long FEW = 5_000;

  /** Nodes of one variable, about. */
  private static final int VARIABLE_NODES = 12;

  private final Graph graph = new Graph();
  private final Session session;
  private final VariablePool variables = new VariablePool(this);
  private int imports;
  private long nodes;
  private long gone;

  TensorFlowRuntime(SessionConfig config) {
    session = new Session(graph, false, config.proto(true));
  }

  /** True once nodes have been added. */
  boolean isUsed() {
    return nodes > 0;
  }

  /** The variables of all states. */
  VariablePool variables() {
    return variables;
  }

  /** Notes that so many nodes will not be run again. */
  void retire(long count) {
    gone += count;
  }

  /** True where most of the graph will not be run again: every new run looks through all of it. */
  boolean isMostlyGone() {
    long dead = gone + (long) VARIABLE_NODES * variables.unused();
    return dead > Math.max(nodes - dead, FEW);
  }

  /** Nodes in the graph, functions' bodies included. */
  long nodes() {
    return nodes;
  }

  static long count(GraphDef graph) {
    return graph.getNodeCount()
        + graph.getLibrary().getFunctionList().stream().mapToLong(f -> f.getNodeDefCount()).sum();
  }

  /** Adds nodes under their own names. */
  void add(GraphDef added) {
    nodes += count(added);
    graph.importGraphDef(added);
  }

  /** Adds nodes under a prefix of their own, which is given back. */
  String addUnderPrefix(GraphDef added) {
    nodes += count(added);
    String prefix = "p" + imports++;
    graph.importGraphDef(added, prefix);
    return prefix + "/";
  }

  Graph graph() {
    return graph;
  }

  Session session() {
    return session;
  }

  /** Runs nodes for their effects. */
  void run(Map<String, Tensor> feeds, List<String> targets) {
    run(feeds, List.of(), targets).close();
  }

  /** Runs nodes and gives what is fetched, in order; the caller closes it. */
  Result run(Map<String, Tensor> feeds, List<String> fetches, List<String> targets) {
    return runner(feeds, fetches, targets).run();
  }

  /** The same, with the time of every node in the result's metadata. */
  Result traced(Map<String, Tensor> feeds, List<String> fetches, List<String> targets) {
    RunOptions options =
        RunOptions.newBuilder().setTraceLevel(RunOptions.TraceLevel.FULL_TRACE).build();
    return runner(feeds, fetches, targets).setOptions(options).runAndFetchMetadata();
  }

  /** The same, with where every node was put in the result's metadata. */
  Result placed(Map<String, Tensor> feeds, List<String> fetches, List<String> targets) {
    RunOptions options = RunOptions.newBuilder().setOutputPartitionGraphs(true).build();
    return runner(feeds, fetches, targets).setOptions(options).runAndFetchMetadata();
  }

  private Session.Runner runner(
      Map<String, Tensor> feeds, List<String> fetches, List<String> targets) {
    Session.Runner runner = session.runner();
    feeds.forEach(runner::feed);
    fetches.forEach(runner::fetch);
    targets.forEach(runner::addTarget);
    return runner;
  }

  /** The tensors of a result in the order in which they were fetched. */
  static List<Tensor> tensors(Result result) {
    List<Tensor> tensors = new ArrayList<>();
    for (int i = 0; i < result.size(); i++) {
      tensors.add(result.get(i));
    }
    return tensors;
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
