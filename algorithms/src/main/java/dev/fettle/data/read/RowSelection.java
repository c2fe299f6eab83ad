package dev.fettle.data.read;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which rows of which files make a data set.
 *
 * @param sources one after the other
 * @param split where only one side of them is wanted
 * @param limits what may be held of a file at once
 */
public record RowSelection(List<Source> sources, Optional<RowSplit> split, ReadLimits limits) {

  /**
   * Files that are counted together.
   *
   * @param files at least one, in the order in which they are read
   * @param limit rows read of them at most, the first ones; all where absent
   */
  public record Source(List<Path> files, OptionalLong limit) {

    /** Copies the list. */
    public Source {
      files = List.copyOf(files);
    }
  }

  /** Copies the list. */
  public RowSelection {
    sources = List.copyOf(sources);
  }

  /** All rows of some files. */
  public static RowSelection of(List<Path> files) {
    return new RowSelection(
        List.of(new Source(files, OptionalLong.empty())), Optional.empty(), ReadLimits.DEFAULT);
  }

  /** All files, source by source. */
  public List<Path> files() {
    List<Path> files = new ArrayList<>();
    sources.forEach(s -> files.addAll(s.files()));
    return files;
  }
}
