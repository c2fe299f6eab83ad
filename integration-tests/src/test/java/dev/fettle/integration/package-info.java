/**
 * Tests over the whole house: real data, real models, every backend. Nothing is published from
 * here.
 */
@NullMarked
package dev.fettle.integration;

import org.jspecify.annotations.NullMarked;
