/** The service, asked over HTTP. */
@NullMarked
package dev.fettle.example.spring;

import org.jspecify.annotations.NullMarked;
