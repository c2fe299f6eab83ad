package dev.fettle.harness.model;

import dev.fettle.data.encode.Dataset;
import dev.fettle.data.encode.DatasetLoader;
import dev.fettle.data.encode.EncodingOptions;
import dev.fettle.data.encode.PromptTexts;
import dev.fettle.harness.config.ModelSettings;
import dev.fettle.harness.run.RowLoading;
import dev.fettle.harness.sample.AnswerSink;
import dev.fettle.harness.sample.SampleReport;
import dev.fettle.harness.sample.SampleRequest;
import dev.fettle.models.generate.Generation;
import dev.fettle.models.generate.Generator;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.sample.Origin;
import dev.fettle.sample.PromptRows;
import dev.fettle.sample.PromptSampler;
import dev.fettle.sample.SamplePrompt;
import dev.fettle.sample.SampleRun;
import dev.fettle.sample.SamplingListener;
import dev.fettle.sample.StopTokens;
import java.util.List;

/**
 * Answers rows of prompts with a model that is on a backend.
 *
 * @param files of the model
 * @param settings of the model
 * @param backend its id
 * @param generator over its slots
 */
record ModelSampling(
    ModelFiles files, ModelSettings settings, String backend, Generator generator) {

  /** Ends a call that was asked to stop. */
  private static final class Stop extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Samples what is asked for.
   *
   * @param eachToken what it throws ends the call
   */
  SampleReport run(SampleRequest request, AnswerSink to, Runnable eachToken) {
    try (to) {
      RowLoading loading = new RowLoading(request.data(), files, RowLoading.Means.quiet());
      EncodingOptions encoding = encoding(request, loading);
      DatasetLoader<SamplePrompt> loader = DatasetLoader.of(rows(request), encoding);
      Dataset<SamplePrompt> data = loader.load(loading.all());
      Origin origin = origin(request, loader.key(loading.all()).orElseThrow());
      int there = to.begin(origin, data.examples(), request.options().draws().samples());
      Counts counts = new Counts(request, data, there, eachToken);
      boolean whole = true;
      try {
        sampling(request, encoding, counts)
            .run(data.examples(), there, (answers, before) -> to.add(answers, before));
      } catch (Stop asked) {
        whole = false;
      }
      return counts.report(whole);
    }
  }

  private PromptRows rows(SampleRequest request) {
    // Without a length of its own a prompt may fill all that the model takes, but for one token.
    int room = request.data().maxLength().isPresent() ? request.options().maxNewTokens() : 1;
    return new PromptRows(files.tokenizer(), room, request.asChat());
  }

  private EncodingOptions encoding(SampleRequest request, RowLoading loading) {
    return loading.encoding(
        request.data().maxLength().isPresent()
            ? loading.maxLength()
            : files.model().shape().maxPositions());
  }

  private SampleRun sampling(SampleRequest request, EncodingOptions encoding, Counts counts) {
    StopTokens ends =
        files
            .tokenizer()
            .map(t -> StopTokens.of(t, PromptTexts.template(files.tokenizer(), encoding)))
            .orElseGet(() -> new PromptTokens(files).stops());
    PromptSampler sampler =
        new PromptSampler(
            generator,
            files.tokenizer(),
            ends,
            new PromptSampler.Settings(request.stops(), request.batchSize(), counts));
    return SampleRun.of(sampler, request.options(), request.batchSize());
  }

  private Origin origin(SampleRequest request, String data) {
    SamplingOptions options = request.options();
    SamplingOptions.Choice choice = options.choice();
    return Origin.none()
        .with("model", ModelKey.of(settings))
        .with("backend", backend)
        .with("set of prompts", data)
        .with("seed", options.draws().seed())
        .with("step", options.draws().step())
        .with("max new tokens", options.maxNewTokens())
        .with("temperature", choice.temperature())
        .with("top-k", choice.topK())
        .with("top-p", choice.topP())
        .with("min-p", choice.minP())
        .with("repetition penalty", choice.repetitionPenalty())
        .with("stop strings", request.stops().texts())
        .with(
            "stop tokens",
            options.stops().map(s -> s.stream().sorted().toList().toString()).orElse("the model's"))
        .with("batch size", request.batchSize());
  }

  /** Counts what is made. */
  private static final class Counts implements SamplingListener {
    private final SampleRequest request;
    private final Dataset<SamplePrompt> data;
    private final int there;
    private final Runnable eachToken;
    private final long total;
    private long done;
    private long answers;
    private long tokens;
    private long cut;

    Counts(SampleRequest request, Dataset<SamplePrompt> data, int there, Runnable eachToken) {
      int samples = request.options().draws().samples();
      this.request = request;
      this.data = data;
      this.there = there;
      this.eachToken = eachToken;
      this.total = (long) data.examples().size() * samples;
      this.done = (long) there * samples;
      request.watch().onAnswers(done, total, 0);
    }

    @Override
    public void onToken() {
      eachToken.run();
      if (request.watch().stopRequested()) {
        throw new Stop();
      }
    }

    @Override
    public void onBatch(List<Generation> made) {
      answers += made.size();
      // Those of a window that was begun are made again.
      done = Math.min(total, done + made.size());
      for (Generation g : made) {
        tokens += g.ids().length;
        cut += g.stopped() ? 0 : 1;
      }
      request.watch().onAnswers(done, total, tokens);
    }

    SampleReport report(boolean whole) {
      return new SampleReport(
          data.report(), data.examples().size(), there, answers, tokens, cut, whole);
    }
  }
}
