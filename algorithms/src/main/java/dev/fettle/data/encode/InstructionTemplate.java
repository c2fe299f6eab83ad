package dev.fettle.data.encode;

/**
 * The prompt of an instruction row. {@code {instruction}} and {@code {input}} stand for the
 * columns; other braces stay as they are.
 *
 * @param withInput prompt of a row that has an input
 * @param withoutInput prompt of a row whose input is absent or blank
 */
public record InstructionTemplate(String withInput, String withoutInput) {

  private static final String INSTRUCTION = "{instruction}";
  private static final String INPUT = "{input}";

  /**
   * Checks the placeholders.
   *
   * @throws IllegalArgumentException where one is missing
   */
  public InstructionTemplate {
    if (!withInput.contains(INSTRUCTION) || !withoutInput.contains(INSTRUCTION)) {
      throw new IllegalArgumentException("an instruction template must contain " + INSTRUCTION);
    }
    if (!withInput.contains(INPUT)) {
      throw new IllegalArgumentException(
          "the instruction template for rows with an input must contain " + INPUT);
    }
  }

  /**
   * The prompts of Stanford Alpaca (tatsu-lab/stanford_alpaca, train.py), which end after {@code
   * ### Response:}.
   */
  public static InstructionTemplate alpaca() {
    return new InstructionTemplate(
        """
        Below is an instruction that describes a task, paired with an input that provides further context. \
        Write a response that appropriately completes the request.

        ### Instruction:
        {instruction}

        ### Input:
        {input}

        ### Response:
        """,
        """
        Below is an instruction that describes a task. \
        Write a response that appropriately completes the request.

        ### Instruction:
        {instruction}

        ### Response:
        """);
  }

  /** The prompt of a row. */
  public String prompt(String instruction, String input) {
    boolean has = !input.isBlank();
    String template = has ? withInput : withoutInput;
    StringBuilder out = new StringBuilder();
    // One pass, so that braces in the data are never read as placeholders.
    int at = 0;
    while (at < template.length()) {
      if (template.startsWith(INSTRUCTION, at)) {
        out.append(instruction);
        at += INSTRUCTION.length();
      } else if (template.startsWith(INPUT, at)) {
        out.append(input);
        at += INPUT.length();
      } else {
        out.append(template.charAt(at++));
      }
    }
    return out.toString();
  }
}
