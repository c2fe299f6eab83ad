package dev.fettle.data.encode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.encode.LoadReport.Dropped;
import dev.fettle.data.read.DataFiles;
import dev.fettle.data.read.RowOrigin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** A report as JSON. Files are numbered, since they may lie elsewhere when it is read. */
final class ReportText {

  private ReportText() {}

  static String write(LoadReport report, List<Path> files) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("rows", report.rows());
    json.put("truncated", report.truncated());
    json.put("tokens", report.tokens());
    json.put("targets", report.targets());
    ArrayNode dropped = json.putArray("dropped");
    report
        .dropped()
        .forEach(
            (reason, d) ->
                dropped
                    .addObject()
                    .put("reason", reason.name())
                    .put("count", d.count())
                    .put("file", files.indexOf(d.first().file()))
                    .put("number", d.first().number())
                    .put("unit", d.first().unit().name()));
    ArrayNode findings = json.putArray("findings");
    report.findings().forEach(findings::add);
    ArrayNode kept = json.putArray("keptBySource");
    report.keptBySource().forEach(kept::add);
    return json.toString();
  }

  static LoadReport read(String text, List<Path> files) {
    JsonNode json;
    try {
      json = DataFiles.JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException("what was written here is not JSON: " + text, e);
    }
    Map<DropReason, Dropped> dropped = new EnumMap<>(DropReason.class);
    for (JsonNode d : json.get("dropped")) {
      RowOrigin first =
          new RowOrigin(
              files.get(d.get("file").intValue()),
              d.get("number").longValue(),
              RowOrigin.Unit.valueOf(d.get("unit").textValue()));
      dropped.put(
          DropReason.valueOf(d.get("reason").textValue()),
          new Dropped(d.get("count").longValue(), first));
    }
    List<String> findings = new ArrayList<>();
    json.get("findings").forEach(f -> findings.add(f.textValue()));
    List<Long> kept = new ArrayList<>();
    json.get("keptBySource").forEach(k -> kept.add(k.longValue()));
    return new LoadReport(
        json.get("rows").longValue(),
        json.get("truncated").longValue(),
        json.get("tokens").longValue(),
        json.get("targets").longValue(),
        dropped,
        findings,
        kept);
  }
}
