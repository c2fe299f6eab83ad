package dev.fettle.data.encode;

import dev.fettle.data.read.DataFiles;
import dev.fettle.data.read.RowSelection;
import dev.fettle.data.read.RowSplit;
import dev.fettle.data.store.ContentKey;
import java.io.IOException;
import java.nio.file.Path;

/** By what tokenised rows are known again: all that could make them other rows. */
final class RowKey {

  /** To be raised by any change after which the same rows would become other examples. */
  private static final int ENCODING = 3;

  private RowKey() {}

  /**
   * The key of rows.
   *
   * @param identity what the encoding depends on besides the options
   * @throws dev.fettle.data.read.DataException where a file is missing, empty or not readable
   */
  static String of(RowSelection rows, EncodingOptions options, String identity) {
    String version = RowKey.class.getPackage().getImplementationVersion();
    ContentKey key = new ContentKey().number(ENCODING).text(String.valueOf(version));
    key.text(identity);
    options.addTo(key);
    for (RowSelection.Source source : rows.sources()) {
      key.number(source.files().size()).number(source.limit().orElse(-1));
    }
    key.text(rows.split().map(RowSplit::toString).orElse(""));
    for (Path file : rows.files()) {
      DataFiles.require(file);
      try {
        // The name says how the bytes are read.
        key.text(String.valueOf(file.getFileName())).file(file);
      } catch (IOException e) {
        throw DataFiles.unreadable(file, e);
      }
    }
    return key.hex();
  }
}
