package dev.fettle.models.generate;

/**
 * A chosen token.
 *
 * @param id the token
 * @param logProb under the model's own distribution
 * @param samplingLogProb under the distribution it was drawn from
 */
public record Pick(int id, float logProb, float samplingLogProb) {}
