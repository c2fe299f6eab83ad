package dev.fettle.ir.composite;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Shape;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Visibility.Tile;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;

/** What the blocks of a {@link CausalAttention} have in common, forwards and backwards. */
final class QueryBlocks {
  private final GraphBuilder g;
  private final CausalAttention op;
  private final Shape shape;
  private final Dim kv;
  private final Dim group;
  private final List<Value> operands;

  /**
   * Blocks of an attention.
   *
   * @param shape that of the queries
   * @param k all keys
   * @param v all values
   * @param attributes those of the visibility
   */
  QueryBlocks(
      GraphBuilder g, CausalAttention op, Shape shape, Value k, Value v, List<Value> attributes) {
    this.g = g;
    this.op = op;
    this.shape = shape;
    this.kv = k.shape().dim(1);
    this.group = new Dim("group", shape.size(1) / kv.size());
    operands = new ArrayList<>(List.of(k, v));
    operands.add(g.iota(TensorType.of(DType.I32, shape.dim(2)), 0));
    operands.addAll(attributes);
  }

  /**
   * Some queries and the keys they may see.
   *
   * @param index which block it is, from 0
   * @param start the place of the first query
   * @param query how many there are
   * @param first the place of the first key
   * @param key how many there are, the last at the place of the last query
   */
  record Block(int index, long start, Dim query, long first, Dim key) {}

  /** All blocks, in order. */
  List<Block> all() {
    List<Block> blocks = new ArrayList<>();
    OptionalInt reach = op.visibility().reach();
    for (long start = 0; start < shape.size(2); start += op.block()) {
      long end = Math.min(start + op.block(), shape.size(2));
      // Whole blocks of keys, so that many products have the same sizes.
      long first =
          reach.isEmpty() ? 0 : Math.max(0, start - reach.getAsInt() + 1) / op.block() * op.block();
      int index = blocks.size();
      blocks.add(
          new Block(
              index, start, new Dim("query", end - start), first, new Dim("key", end - first)));
    }
    return blocks;
  }

  /**
   * All blocks, the last one first: it sees the most keys, and a runtime that keeps the memory of
   * one block finds room in it for those that see fewer.
   */
  List<Block> backwards() {
    List<Block> blocks = all();
    Collections.reverse(blocks);
    return blocks;
  }

  /** A tensor with an axis of all queries, cut into those of each block. */
  List<Value> cut(Value x) {
    return Split.of(g, x, 2, all().stream().map(Block::query).toList());
  }

  /** The tensors of all blocks behind each other. */
  Value joined(List<Value> parts) {
    Value all = g.concat(parts, 2);
    return g.reshape(all, all.shape().with(2, shape.dim(2)));
  }

  /**
   * What a block looks at.
   *
   * @param keys {@code [batch, kvHeads, key, headDim]}
   * @param values {@code [batch, kvHeads, key, headDim]}
   * @param bias {@code [batch, query, key]}
   * @param waited the values waited for, to be used instead of those
   */
  record View(Value keys, Value values, Value bias, List<Value> waited) {}

  /** What a block looks at, once other values are there: one block comes after the other. */
  View view(Block b, List<Value> before) {
    List<Value> all = new ArrayList<>(operands);
    all.addAll(before);
    List<Value> passed = before.isEmpty() ? all : g.barrier(all);
    Value places = passed.get(2);
    Shape tile = Shape.of(shape.dim(0), b.query, b.key);
    List<Value> ofQuery = new ArrayList<>();
    List<Value> ofKey = new ArrayList<>();
    for (Value attribute : passed.subList(3, operands.size())) {
      ofQuery.add(g.broadcast(g.sliceAxis(attribute, 1, b.start, b.query), tile, List.of(0, 1)));
      ofKey.add(g.broadcast(g.sliceAxis(attribute, 1, b.first, b.key), tile, List.of(0, 2)));
    }
    Value i = g.broadcast(g.sliceAxis(places, 0, b.start, b.query), tile, List.of(1));
    Value j = g.broadcast(g.sliceAxis(places, 0, b.first, b.key), tile, List.of(2));
    return new View(
        g.sliceAxis(passed.get(0), 2, b.first, b.key),
        g.sliceAxis(passed.get(1), 2, b.first, b.key),
        bias(g, op.visibility(), new Tile(ofQuery, ofKey, i, j), operands.get(0).dtype()),
        passed.subList(operands.size(), passed.size()));
  }

  /** The mask of whole rows: {@code [batch, query, key]}. */
  static Value bias(GraphBuilder g, Visibility visibility, TensorType q, List<Value> attributes) {
    Dim query = new Dim("query", q.shape().size(2));
    Dim key = new Dim("key", query.size());
    Shape tile = Shape.of(q.shape().dim(0), query, key);
    TensorType type = new TensorType(DType.I32, tile);
    List<Value> ofQuery = new ArrayList<>();
    List<Value> ofKey = new ArrayList<>();
    for (Value attribute : attributes) {
      ofQuery.add(g.broadcast(g.sliceAxis(attribute, 1, 0, query), tile, List.of(0, 1)));
      ofKey.add(g.broadcast(g.sliceAxis(attribute, 1, 0, key), tile, List.of(0, 2)));
    }
    return bias(
        g, visibility, new Tile(ofQuery, ofKey, g.iota(type, 1), g.iota(type, 2)), q.dtype());
  }

  /** 0 where a query may see a key, hugely negative elsewhere. */
  private static Value bias(GraphBuilder g, Visibility visibility, Tile tile, DType dtype) {
    Value visible = visibility.allowed(g, tile);
    Value allowed = g.and(visible, g.not(g.less(tile.queryPlace(), tile.keyPlace())));
    TensorType type = allowed.type().withDType(dtype);
    return g.select(allowed, g.fill(0, type), g.fill(Attention.MASKED, type));
  }

  /**
   * The query heads of one key head under each other, so that keys are never repeated: {@code
   * [batch, kvHeads, rows, headDim]}.
   */
  Value stacked(Value x) {
    Dim rows = new Dim("rows", group.size() * x.shape().size(2));
    return g.reshape(x, shape.dim(0), kv, rows, x.shape().dim(3));
  }

  /** Query heads beside each other again: {@code [batch, heads, query, headDim]}. */
  Value unstacked(Value x, Block b) {
    return g.reshape(x, shape.dim(0), shape.dim(1), b.query, x.shape().dim(3));
  }

  /** One number a query, for each key: {@code [batch, kvHeads, group, query, key]}. */
  Value repeated(Value x, Block b) {
    Value grouped = g.reshape(x, shape.dim(0), kv, group, b.query);
    return g.broadcastColumn(grouped, Shape.of(shape.dim(0), kv, group, b.query, b.key));
  }

  /** Products of stacked rows with each key: {@code [batch, kvHeads, group, query, key]}. */
  Value products(Value rows, Value keys, Block b) {
    Value products = g.matmul(rows, keys, false, true, op.precision());
    return g.reshape(products, shape.dim(0), kv, group, b.query, b.key);
  }

  /** The scores of scaled, stacked queries, masked. */
  Value scores(Value rows, View view, Block b) {
    Value products = products(rows, view.keys, b);
    return g.add(products, g.broadcast(view.bias, products.shape(), List.of(0, 3, 4)));
  }

  /** {@code [batch, kvHeads, group, query, key] -> [batch, kvHeads, rows, key]}. */
  Value rows(Value x) {
    Dim rows = new Dim("rows", x.shape().size(2) * x.shape().size(3));
    return g.reshape(x, shape.dim(0), kv, rows, x.shape().dim(4));
  }
}
