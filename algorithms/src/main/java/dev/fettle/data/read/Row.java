package dev.fettle.data.read;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * One row as its file holds it.
 *
 * @param fields columns and values; nulls are kept
 * @param origin where it is
 */
public record Row(ObjectNode fields, RowOrigin origin) {}
