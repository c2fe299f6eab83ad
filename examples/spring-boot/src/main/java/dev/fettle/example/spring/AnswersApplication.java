package dev.fettle.example.spring;

import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.model.LoadedModel;
import java.nio.file.Path;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** The application: one model, opened at the start and closed at the end. */
@SpringBootApplication
public class AnswersApplication {

  /**
   * Starts the service.
   *
   * @param args Spring's, among them {@code --answers.model=DIR}
   */
  public static void main(String[] args) {
    SpringApplication.run(AnswersApplication.class, args);
  }

  // docs:begin bean
  /**
   * The model all requests share: their calls take turns. Spring closes it, after the web server.
   */
  @Bean(destroyMethod = "close")
  LoadedModel model(
      @Value("${answers.model}") Path directory,
      @Value("${answers.backend:onnxruntime}") String backend) {
    return LoadedModel.open(directory, BackendSettings.of(backend));
  }
  // docs:end
}
