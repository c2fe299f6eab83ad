package dev.fettle.settings;

/**
 * A name other trainers have, which no key here answers to by itself.
 *
 * @param name theirs
 * @param sentence what to do here
 */
record Note(String name, String sentence) {}
