package dev.fettle.harness.audit;

/**
 * One table of sampled answers, in numbers.
 *
 * @param number of the table, from 1
 * @param answers in it
 * @param distinct share of answers that are not equal to an earlier one, of any prompt
 * @param commonest share of the answers that is the commonest one
 * @param prompts that were answered more than once
 * @param equalRewards share of these whose answers all have the same reward; NaN where there are
 *     none
 * @param judgeDeviation of the judge's rewards; NaN where there is no judge
 */
record AnswerTable(
    int number,
    long answers,
    double distinct,
    double commonest,
    long prompts,
    double equalRewards,
    double judgeDeviation) {}
