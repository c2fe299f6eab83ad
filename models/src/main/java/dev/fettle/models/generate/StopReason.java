package dev.fettle.models.generate;

/** Why a sequence was over. */
public enum StopReason {
  /** Its last token is one of those that end any sequence. */
  STOP_TOKEN,
  /** The caller's {@link StopCondition} said so. */
  CONDITION,
  /** It has as many tokens as were asked for, or as the model takes. */
  LIMIT
}
