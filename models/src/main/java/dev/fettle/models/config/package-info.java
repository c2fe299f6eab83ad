/**
 * A model directory's {@code config.json} as typed records, one family each, every key checked.
 * Start at {@link dev.fettle.models.config.HfConfig}. No weights and no graph are known here.
 */
@NullMarked
package dev.fettle.models.config;

import org.jspecify.annotations.NullMarked;
