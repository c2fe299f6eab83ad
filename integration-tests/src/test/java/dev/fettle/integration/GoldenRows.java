package dev.fettle.integration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.data.batch.MicroBatch;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** Pre-tokenised rows, and how they are laid out as micro-batches. */
final class GoldenRows {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** One row: its ids, and 1 where a token is a target. */
  @SuppressWarnings("ArrayRecordComponent") // read-only, never compared
  record TokenRow(int[] ids, int[] mask) {}

  private GoldenRows() {}

  static List<TokenRow> read(Path gzippedLines) throws IOException {
    List<TokenRow> rows = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(gzippedLines)), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode row = JSON.readTree(line);
        int[] ids = ints(row.get("input_ids"));
        rows.add(new TokenRow(ids, row.has("loss_mask") ? ints(row.get("loss_mask")) : all(ids)));
      }
    }
    return rows;
  }

  private static int[] all(int[] ids) {
    int[] mask = new int[ids.length];
    Arrays.fill(mask, 1);
    return mask;
  }

  private static int[] ints(JsonNode array) {
    int[] out = new int[array.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = array.get(i).asInt();
    }
    return out;
  }

  /** One row a sequence, padded on the right to a multiple of 64. */
  static MicroBatch padded(List<TokenRow> rows) {
    int longest = rows.stream().mapToInt(r -> r.ids().length).max().orElseThrow();
    int length = (longest + 63) / 64 * 64;
    List<List<TokenRow>> bins = new ArrayList<>();
    rows.forEach(r -> bins.add(List.of(r)));
    return layOut(bins, length);
  }

  /** Rows put behind each other in bins of {@code length}, first fit. */
  static MicroBatch packed(List<TokenRow> rows, int length) {
    List<List<TokenRow>> bins = new ArrayList<>();
    for (TokenRow row : rows) {
      List<TokenRow> bin =
          bins.stream()
              .filter(b -> used(b) + row.ids().length <= length)
              .findFirst()
              .orElseGet(
                  () -> {
                    List<TokenRow> fresh = new ArrayList<>();
                    bins.add(fresh);
                    return fresh;
                  });
      bin.add(row);
    }
    return layOut(bins, length);
  }

  private static int used(List<TokenRow> bin) {
    return bin.stream().mapToInt(r -> r.ids().length).sum();
  }

  private static MicroBatch layOut(List<List<TokenRow>> bins, int length) {
    int size = bins.size() * length;
    int[] ids = new int[size];
    int[] positions = new int[size];
    int[] segments = new int[size];
    byte[] targets = new byte[size];
    int count = 0;
    int tokens = 0;
    for (int b = 0; b < bins.size(); b++) {
      int at = b * length;
      int segment = 1;
      for (TokenRow row : bins.get(b)) {
        for (int t = 0; t < row.ids().length; t++, at++) {
          ids[at] = row.ids()[t];
          positions[at] = t;
          segments[at] = segment;
          targets[at] = (byte) (t > 0 ? row.mask()[t] : 0);
          count += targets[at];
          tokens++;
        }
        segment++;
      }
    }
    return new MicroBatch(
        bins.size(), length, ids, positions, segments, targets, count, tokens, List.of());
  }
}
