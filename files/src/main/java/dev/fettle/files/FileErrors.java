package dev.fettle.files;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What went wrong with a file, in words. */
public final class FileErrors {
  /** As in {@code (start marker at [Source: REDACTED (...); line: 1, column: 1])}. */
  private static final Pattern PARSER_PLACE = Pattern.compile(" \\(start marker at \\[.*?\\]\\)");

  private FileErrors() {}

  /** The reason alone; the file system's exceptions often carry only a path. */
  public static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof NoSuchFileException) {
      return "no such file";
    }
    if (e instanceof NotDirectoryException) {
      return "not a directory";
    }
    if (e instanceof FileAlreadyExistsException) {
      return "it is there already";
    }
    if (e instanceof CharacterCodingException) {
      return "it is not UTF-8 text";
    }
    if (e instanceof FileSystemException f && f.getReason() != null) {
      return f.getReason();
    }
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  /**
   * How much room is left where a file was to go: {@code "; 12 MiB are free there"}, or nothing.
   */
  public static String freeSpace(Path target) {
    try {
      Path dir = target.toAbsolutePath().getParent();
      return dir != null && Files.exists(dir)
          ? "; " + (Files.getFileStore(dir).getUsableSpace() >> 20) + " MiB are free there"
          : "";
    } catch (IOException unknown) {
      return "";
    }
  }

  /**
   * What a parser says is wrong, on one line: without the place in its own words, which speaks of
   * its settings.
   */
  public static String parserFault(@Nullable String message) {
    String first = message == null ? "" : message.lines().findFirst().orElse("");
    String plain = PARSER_PLACE.matcher(first).replaceAll("");
    return plain.isBlank() ? "malformed" : plain;
  }
}
