/**
 * Reports as HTML pages that need nothing else: no scripts, no fonts, no network. Start at {@link
 * dev.fettle.harness.page.Page}. Not for applications.
 */
@NullMarked
package dev.fettle.harness.page;

import org.jspecify.annotations.NullMarked;
