package dev.fettle.algorithm.preference;

import dev.fettle.algorithm.RunSite;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.pack.Placement;
import dev.fettle.data.store.ContentKey;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.metrics.ProgressBars.Bar;
import dev.fettle.metrics.ProgressBars.Work;
import dev.fettle.program.Program;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.support.Pieces;
import dev.fettle.train.Policy;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A reference asked once for every pair, before anything is trained, and kept on disk. What it gave
 * is found again by its weights and the program that reads them, precision included, the tokens and
 * their layout, how tokens count, and the backend.
 */
final class PrecomputedReference {
  /** Of what a file holds; another one makes all files unknown. */
  private static final String VERSION = "reference log-probabilities 1";

  private final ReferenceScorer reference;
  private final StoredLogProbs stored;
  private final RunSite site;
  private Optional<String> weights = Optional.empty();

  PrecomputedReference(ReferenceScorer reference, StoredLogProbs stored, RunSite site) {
    this.reference = reference;
    this.stored = stored;
    this.site = site;
  }

  /**
   * How pairs lie in their plan.
   *
   * @param pairs how many there are
   * @param examplesOfPair examples of each
   * @param fingerprint of their tokens and layout
   */
  record Layout(int pairs, int examplesOfPair, String fingerprint) {

    /** The values of a micro-batch's answers. */
    float[] of(float[] all, MicroBatch rows) {
      List<Placement> answers = rows.answers();
      float[] own = new float[answers.size()];
      for (int i = 0; i < own.length; i++) {
        own[i] = all[place(answers, i)];
      }
      return own;
    }

    private int place(List<Placement> answers, int answer) {
      return 2 * (answers.get(answer).example() / examplesOfPair) + answer % 2;
    }
  }

  /**
   * What it gives each pair of a list, read back or computed.
   *
   * @param batches all pairs, each once
   * @param tail what the tokens of the longer answer beyond the shorter one's length count
   * @return {@code [2 pairs]}
   */
  float[] of(Iterable<PairBatch> batches, Layout layout, double tail) {
    Program program = reference.program(batches.iterator().next().rows());
    String key =
        new ContentKey()
            .text(VERSION)
            .text(reference.model().backend().id())
            .text(reference.model().backend().device().toString())
            .text(program.print())
            .text(weights(program))
            .text(layout.fingerprint())
            .number(Double.doubleToLongBits(tail))
            .hex();
    Optional<float[]> known = stored.find(key, 2 * layout.pairs());
    if (known.isPresent()) {
      return known.get();
    }
    float[] all = computed(batches, layout, tail);
    stored.keep(key, all);
    return all;
  }

  private float[] computed(Iterable<PairBatch> batches, Layout layout, double tail) {
    float[] all = new float[2 * layout.pairs()];
    int done = 0;
    try (Bar bar = site.show(new Work("reference", " pairs", 0, layout.pairs()))) {
      for (PairBatch batch : batches) {
        site.requireGoingOn();
        float[] own = reference.logProbs(batch.rows(), batch.tokenWeights(tail));
        List<Placement> answers = batch.rows().answers();
        for (int i = 0; i < own.length; i++) {
          all[layout.place(answers, i)] = own[i];
        }
        done += batch.pairs();
        bar.at(done, "");
      }
    }
    return all;
  }

  /** The slots the program reads, which do not depend on how many pairs it is for. */
  private String weights(Program program) {
    if (weights.isEmpty()) {
      Policy model = reference.model();
      ContentKey key = new ContentKey();
      for (Map.Entry<String, Value> slot : program.stateIn().entrySet()) {
        key.text(slot.getKey());
        add(key, model.state(), slot.getKey(), slot.getValue().type());
      }
      weights = Optional.of(key.hex());
    }
    return weights.get();
  }

  private static void add(ContentKey key, DeviceState state, String slot, TensorType type) {
    if (!Pieces.pays(type)) {
      key.bytes(state.download(slot).bytes());
      return;
    }
    for (Pieces piece : Pieces.of(type)) {
      key.bytes(state.download(slot, piece.from(), piece.count()).bytes());
    }
  }
}
