/** What a configuration says, key by key. */
@NullMarked
package dev.fettle.settings;

import org.jspecify.annotations.NullMarked;
