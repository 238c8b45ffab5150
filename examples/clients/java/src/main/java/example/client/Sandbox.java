package example.client;

import com.google.gson.JsonObject;
import com.nimbusds.jose.JOSEException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/** What client.json says: whom to call, and with which keys. */
final class Sandbox {
  static final String PLATFORM = "xa.platform";
  static final String PAYMENTS = "xa.pay";
  static final String CARRIER = "xa.carrier";
  static final int PATIENCE_SECONDS = 90;

  final String endpoint;
  final String grpc;
  final String audience;
  final String environment;
  final Trust trust;
  private final JsonObject keys;

  Sandbox(Path path) throws IOException, NotTrusted {
    JsonObject file = Seal.parse(Files.readAllBytes(path));
    endpoint = file.get("endpoint").getAsString();
    grpc = file.get("grpc").getAsString();
    audience = file.get("audience").getAsString();
    environment = file.get("environment").getAsString();
    trust = Trust.load(path.resolveSibling(file.get("trust").getAsString()));
    keys = file.getAsJsonObject("keys");
  }

  /** Seal a document's octets by a member's key. */
  JsonObject seal(String member, byte[] payload) throws JOSEException, ParseException {
    return key(member, "seal").seal(payload);
  }

  /** Make a caller token of a member. */
  String token(String member, String method, String uri, byte[] bound)
      throws JOSEException, ParseException {
    return key(member, "token").token(audience, environment, method, uri, bound);
  }

  private Seal.Key key(String member, String use) {
    return new Seal.Key(keys.getAsJsonObject(member).getAsJsonObject(use));
  }

  /** A number that nobody used before. */
  static String fresh() {
    return UUID.randomUUID().toString().replace("-", "").substring(0, 12).toUpperCase();
  }

  /** The present as the standard writes times. */
  static String now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
