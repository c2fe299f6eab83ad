package dev.fettle.harness.doctor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Checkups as JSON, for scripts. */
public final class CheckupJson {
  private CheckupJson() {}

  /** An array with one object a backend; speeds are GFLOP/s. */
  public static String of(List<BackendCheckup> checkups) {
    ObjectMapper mapper = new ObjectMapper();
    ArrayNode all = mapper.createArrayNode();
    for (BackendCheckup c : checkups) {
      ObjectNode one = all.addObject();
      one.put("id", c.id()).put("version", c.version()).put("runs", c.runs());
      one.put("found", c.detail()).put("selfTest", c.selfTest());
      ArrayNode devices = one.putArray("devices");
      c.devices().forEach(d -> devices.add(d.toString()));
      c.products().ifPresent(p -> put(p, one));
      ArrayNode gpus = one.putArray("gpus");
      c.gpus().forEach(g -> put(g, gpus.addObject()));
    }
    try {
      return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(all);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of texts and numbers is always JSON", e);
    }
  }

  private static void put(GpuCheckup g, ObjectNode one) {
    one.put("device", g.device().toString()).put("name", g.gpu().name());
    g.gpu().bytes().ifPresent(bytes -> one.put("bytes", bytes));
    g.gpu().driver().ifPresent(version -> one.put("driver", version));
    g.gpu().cuda().ifPresent(version -> one.put("cuda", version));
    one.put("usable", g.usable()).put("runs", g.runs());
    one.put("found", g.detail()).put("selfTest", g.selfTest());
    g.products().ifPresent(p -> put(p, one));
  }

  private static void put(ProductSpeeds p, ObjectNode one) {
    ObjectNode products = one.putObject("products");
    products.put("f32", p.full());
    p.bf16().ifPresent(speed -> products.put("bf16", speed));
    products.put("bf16Pays", p.bf16Pays());
  }
}
