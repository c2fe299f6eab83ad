/**
 * Recipes as they are carried out: stage after stage, what each was made from, and where it stands.
 *
 * <p>How a recipe is written is in {@link dev.fettle.harness.config}; a single stage is a run like
 * any other. Start at {@link dev.fettle.harness.recipe.RecipeTraining}.
 */
@NullMarked
package dev.fettle.harness.recipe;

import org.jspecify.annotations.NullMarked;
