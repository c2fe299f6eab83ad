package dev.fettle.files;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A path some of whose names are patterns, as {@code data/train-*.jsonl} or {@code data/**}{@code
 * /*.parquet}: {@code *} and {@code ?} stay within a name, {@code **} crosses directories, {@code
 * [abc]} and {@code {a,b}} are choices.
 *
 * @param root the part before the first pattern
 * @param pattern the rest, relative to it
 */
public record PathPattern(Path root, Path pattern) {
  private static final Pattern SPECIAL = Pattern.compile("[*?\\[{]");
  private static final String ACROSS = "**";

  /** Whether a path has a pattern in it. One that exists as it is written is none. */
  public static boolean isOne(Path path) {
    return SPECIAL.matcher(path.toString()).find() && !Files.exists(path);
  }

  /** The pattern that a path is. */
  public static PathPattern of(Path path) {
    Path root = path.getRoot();
    Path before = root == null ? Path.of("") : root;
    int plain = 0;
    while (plain < path.getNameCount() - 1
        && !SPECIAL.matcher(path.getName(plain).toString()).find()) {
      before = before.resolve(path.getName(plain++));
    }
    return new PathPattern(before, path.subpath(plain, path.getNameCount()));
  }

  /**
   * The files it matches, sorted by path; links are followed, and hidden names match only where the
   * pattern says them.
   *
   * @throws IOException where the pattern is malformed, or a directory cannot be read
   */
  public List<Path> files() throws IOException {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    PathMatcher matcher = matcher();
    int depth = pattern.toString().contains(ACROSS) ? Integer.MAX_VALUE : pattern.getNameCount();
    List<Path> found = new ArrayList<>();
    SimpleFileVisitor<Path> visitor =
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            Path relative = root.relativize(file);
            boolean hidden =
                file.getFileName().toString().startsWith(".")
                    && !pattern.getFileName().toString().startsWith(".");
            if (attributes.isRegularFile() && !hidden && matcher.matches(relative)) {
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            // A link that leads back, or a directory of somebody else's.
            return FileVisitResult.CONTINUE;
          }
        };
    Files.walkFileTree(root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), depth, visitor);
    Collections.sort(found);
    return found;
  }

  private PathMatcher matcher() throws IOException {
    try {
      return FileSystems.getDefault().getPathMatcher("glob:" + pattern);
    } catch (PatternSyntaxException e) {
      throw new IOException("the pattern is malformed: " + e.getDescription(), e);
    }
  }
}
