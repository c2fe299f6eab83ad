/**
 * What each backend can do on this machine. Start at {@link
 * dev.fettle.harness.doctor.BackendCheckup}.
 */
@NullMarked
package dev.fettle.harness.doctor;

import org.jspecify.annotations.NullMarked;
