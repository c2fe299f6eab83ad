package dev.fettle.rollout;

import dev.fettle.models.Weights;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.spi.support.Pieces;
import dev.fettle.train.Policy;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Tells policies apart by their parameters, bit by bit. */
final class PolicyPrint {
  private PolicyPrint() {}

  /** The SHA-256 of all parameters as they are now, in hexadecimal digits. */
  static String of(Policy policy) {
    MessageDigest digest = sha256();
    Weights weights = policy.weights();
    for (ParameterSpec p : policy.parts().parameters()) {
      digest.update(p.name().getBytes(StandardCharsets.UTF_8));
      for (Pieces piece : Pieces.of(p.type())) {
        digest.update(weights.part(p, piece).bytes());
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
