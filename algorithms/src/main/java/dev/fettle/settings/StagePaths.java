package dev.fettle.settings;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Finds where references to stages lead. */
interface StagePaths {

  /** Of settings that are no stage's: there are no others to refer to. */
  StagePaths NONE =
      new StagePaths() {
        @Override
        public @Nullable Path path(Entry entry, StageReference reference, StageUse.As as) {
          entry.problem(
              "is '"
                  + reference
                  + "', but only the stages of a recipe can refer to stages; give a path");
          return null;
        }

        @Override
        public boolean made() {
          return true;
        }
      };

  /** The path; null where a problem was reported. */
  @Nullable Path path(Entry entry, StageReference reference, StageUse.As as);

  /** Whether what earlier stages make must be there by now. */
  boolean made();
}
