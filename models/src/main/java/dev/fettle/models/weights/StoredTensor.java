package dev.fettle.models.weights;

import java.util.List;

/** One entry of a safetensors header: bytes {@code [begin, end)} of the data that follows it. */
record StoredTensor(String name, StoredType type, List<Long> shape, long begin, long end) {

  long bytes() {
    return end - begin;
  }

  long[] sizes() {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }
}
