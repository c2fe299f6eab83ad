package dev.fettle.models.config;

/**
 * The sizes of a decoder.
 *
 * @param vocab rows of the embedding
 * @param hidden width of the residual stream ({@code embed})
 * @param intermediate width inside the feed-forward layer ({@code mlp})
 * @param layers number of blocks
 * @param heads query heads
 * @param kvHeads key and value heads; a divisor of {@code heads}
 * @param headDim width of one head; {@code heads * headDim} need not equal {@code hidden}
 * @param maxPositions longest sequence the model was made for
 */
public record Dimensions(
    int vocab,
    int hidden,
    int intermediate,
    int layers,
    int heads,
    int kvHeads,
    int headDim,
    int maxPositions) {}
