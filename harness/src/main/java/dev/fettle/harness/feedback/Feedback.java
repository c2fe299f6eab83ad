package dev.fettle.harness.feedback;

import dev.fettle.data.encode.Columns;
import dev.fettle.feedback.AiJudge;
import dev.fettle.feedback.Constitution;
import dev.fettle.feedback.Respondent;
import dev.fettle.feedback.RespondentJudge;
import dev.fettle.feedback.job.Counts;
import dev.fettle.feedback.job.FeedbackJob;
import dev.fettle.feedback.job.FeedbackReport;
import dev.fettle.feedback.job.FeedbackRows;
import dev.fettle.feedback.job.FeedbackWatch;
import dev.fettle.feedback.job.LabelOptions;
import dev.fettle.feedback.job.Labelling;
import dev.fettle.feedback.job.ReviseOptions;
import dev.fettle.feedback.job.Revising;
import dev.fettle.feedback.job.RowWork;
import dev.fettle.feedback.job.Wanted;
import dev.fettle.files.FileErrors;
import dev.fettle.harness.config.DataSettings;
import dev.fettle.harness.config.DataSource;
import dev.fettle.harness.model.LoadedModel;
import dev.fettle.harness.sample.SampleReport;
import dev.fettle.harness.sample.SampleRequest;
import dev.fettle.harness.sample.SampleWatch;
import dev.fettle.settings.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Preferences by a judge in place of people, into a directory that a later call goes on with: see
 * {@link FeedbackJob}. Where the rows have prompts alone, answers are sampled first, into {@code
 * samples.jsonl}.
 */
public final class Feedback {
  private Feedback() {}

  /**
   * What a call came to.
   *
   * @param report of the rows; where it was asked to stop while answers were sampled, none is done
   * @param sampled of the answers, where they were sampled
   */
  public record Result(FeedbackReport report, Optional<SampleReport> sampled) {}

  /** Makes the work once the answers are there, so that two models are never held at once. */
  private interface Use {
    FeedbackReport on(FeedbackRows rows);
  }

  /**
   * Labels answers with the judge that a configuration names.
   *
   * @throws ConfigException if constitution, backend or key cannot be had
   * @throws dev.fettle.data.read.DataException where rows are broken, or files cannot be written
   * @throws dev.fettle.feedback.FeedbackException if the judge cannot be asked any more
   */
  public static Result label(LabelConfig config, FeedbackWatch watch) {
    FeedbackSource source = config.source();
    Constitution constitution = Constitution.named(source.constitution());
    return run(
        source,
        Wanted.ALL,
        watch,
        rows -> {
          try (Respondent respondent = open(config.judge().respondent(), source, watch)) {
            AiJudge judge = new RespondentJudge(respondent, config.judge().manner());
            return job(
                rows,
                new Labelling(judge, constitution, source.seed(), config.label()),
                source,
                watch);
          }
        });
  }

  /** Labels answers with a judge of the application's own. */
  public static Result label(
      FeedbackSource source, LabelOptions options, AiJudge judge, FeedbackWatch watch) {
    Constitution constitution = Constitution.named(source.constitution());
    Labelling labelling = new Labelling(judge, constitution, source.seed(), options);
    return run(source, Wanted.ALL, watch, rows -> job(rows, labelling, source, watch));
  }

  /**
   * Revises answers with the writer that a configuration names.
   *
   * @throws ConfigException if constitution, backend or key cannot be had
   * @throws dev.fettle.data.read.DataException where rows are broken, or files cannot be written
   * @throws dev.fettle.feedback.FeedbackException if the writer cannot be asked any more
   */
  public static Result revise(ReviseConfig config, FeedbackWatch watch) {
    FeedbackSource source = config.source();
    Constitution constitution = Constitution.named(source.constitution());
    return run(
        source,
        Wanted.ONE,
        watch,
        rows -> {
          try (Respondent writer = open(config.writer(), source, watch)) {
            return job(
                rows,
                new Revising(writer, constitution, source.seed(), config.revise()),
                source,
                watch);
          }
        });
  }

  /** Revises answers with a writer of the application's own. */
  public static Result revise(
      FeedbackSource source, ReviseOptions options, Respondent writer, FeedbackWatch watch) {
    Constitution constitution = Constitution.named(source.constitution());
    Revising revising = new Revising(writer, constitution, source.seed(), options);
    return run(source, Wanted.ONE, watch, rows -> job(rows, revising, source, watch));
  }

  private static Respondent open(
      RespondentSettings settings, FeedbackSource source, FeedbackWatch watch) {
    return Respondents.open(settings, source.backend(), source.seed(), watch::stopRequested);
  }

  private static FeedbackReport job(
      FeedbackRows rows, RowWork work, FeedbackSource source, FeedbackWatch watch) {
    return new FeedbackJob(rows, work, source.out()).run(watch);
  }

  private static Result run(FeedbackSource source, Wanted wanted, FeedbackWatch watch, Use use) {
    OptionalLong limit = source.limit().map(OptionalLong::of).orElse(OptionalLong.empty());
    if (source.candidates().isEmpty()) {
      FeedbackRows rows = new FeedbackRows(source.files(), source.columns(), limit, wanted);
      // What is wrong with rows is told before a model is opened.
      rows.check();
      return new Result(use.on(rows), Optional.empty());
    }
    Path samples = source.out().resolve("samples.jsonl");
    SampleReport sampled = sample(source, source.candidates().get(), samples, watch);
    if (!sampled.whole()) {
      FeedbackReport none = new FeedbackReport(sampled.prompts(), 0, 0, new Counts());
      return new Result(none, Optional.of(sampled));
    }
    FeedbackRows rows =
        new FeedbackRows(List.of(samples), Columns.asTheyAre(), OptionalLong.empty(), wanted);
    return new Result(use.on(rows), Optional.of(sampled));
  }

  private static SampleReport sample(
      FeedbackSource source, CandidateSettings candidates, Path samples, FeedbackWatch watch) {
    try {
      Files.createDirectories(source.out());
    } catch (IOException e) {
      throw ConfigException.about("out", source.out() + " cannot be made: " + FileErrors.reason(e));
    }
    List<DataSource> rows =
        source.rows().stream()
            .map(path -> new DataSource(path, Optional.empty(), source.limit()))
            .toList();
    SampleRequest request =
        SampleRequest.of(
                DataSettings.of().withTrain(rows).withColumns(source.columns()),
                candidates.options(source.seed()))
            .withStops(candidates.stops())
            .withChat(candidates.chat())
            .withBatchSize(candidates.batchSize())
            .watchedBy(
                new SampleWatch() {
                  @Override
                  public void onAnswers(long done, long total, long tokens) {
                    watch.onSamples(done, total);
                  }

                  @Override
                  public boolean stopRequested() {
                    return watch.stopRequested();
                  }
                });
    try (LoadedModel model = LoadedModel.open(candidates.settings(), source.backend())) {
      return model.sample(request, samples);
    }
  }
}
