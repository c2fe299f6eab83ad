package dev.fettle.data.store;

import java.util.AbstractList;
import java.util.RandomAccess;

/** Examples in file order, each read when it is asked for. Used by many threads. */
class StoredList<E> extends AbstractList<E> implements RandomAccess {

  private final Records records;
  private final ExampleCodec<E> codec;

  StoredList(Records records, ExampleCodec<E> codec) {
    this.records = records;
    this.codec = codec;
  }

  @Override
  public E get(int index) {
    return codec.read(records.bytes(index), records.origin(index));
  }

  @Override
  public int size() {
    return records.size();
  }
}
