package dev.fettle.data.store;

import dev.fettle.data.Example;
import dev.fettle.data.Stretches;

/** Plain examples, of which parts can be read without the rest. */
final class StoredExamples extends StoredList<Example> implements Stretches {

  private final Records records;

  StoredExamples(Records records) {
    super(records, PlainCodec.INSTANCE);
    this.records = records;
  }

  @Override
  public Example stretch(int index, int offset, int length) {
    return PlainCodec.INSTANCE.stretch(records.bytes(index), records.origin(index), offset, length);
  }
}
