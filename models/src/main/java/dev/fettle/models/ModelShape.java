package dev.fettle.models;

/**
 * The sizes of a model that its users need.
 *
 * @param vocab number of token ids
 * @param embed width of the hidden states
 * @param layers number of blocks
 * @param kvHeads key and value heads of a layer
 * @param headDim width of a head
 * @param maxPositions the longest sequence it was made for
 */
public record ModelShape(
    int vocab, int embed, int layers, int kvHeads, int headDim, int maxPositions) {}
