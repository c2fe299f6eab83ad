package dev.fettle.files;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FileErrorsTest {

  @Test
  void aParsersFaultIsOneLineWithoutItsOwnPlace() {
    assertThat(
            FileErrors.parserFault(
                "Unexpected end-of-input: expected close marker for Object (start marker at [Source:"
                    + " REDACTED (`StreamReadFeature.X` disabled); line: 1, column: 1])\n at [Source]"))
        .isEqualTo("Unexpected end-of-input: expected close marker for Object");
    assertThat(FileErrors.parserFault("Unexpected character ('}' (code 125))"))
        .isEqualTo("Unexpected character ('}' (code 125))");
    assertThat(FileErrors.parserFault(null)).isEqualTo("malformed");
  }
}
