package example.client;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.ECKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.ParseException;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.UUID;

/** The hand-written half of a Threeflow client, with Nimbus JOSE: seals and caller tokens. */
public final class Seal {
  static final String DOC = "threeflow-doc+jws";
  static final String TOKEN = "threeflow-token+jwt";
  private static final int TOKEN_SECONDS = 120;

  private Seal() {}

  /** A private key and its name, as a key file has them: kid, alg, use, jwk. */
  public record Key(JsonObject file) {
    String kid() {
      return file.get("kid").getAsString();
    }

    /** Sign a payload; the header is exactly alg, kid and typ (TF-SEAL-3). */
    private String compact(String typ, byte[] payload) throws JOSEException, ParseException {
      JWSAlgorithm algorithm = JWSAlgorithm.parse(file.get("alg").getAsString());
      JWSHeader header =
          new JWSHeader.Builder(algorithm).keyID(kid()).type(new JOSEObjectType(typ)).build();
      JWSObject jws = new JWSObject(header, new Payload(payload));
      // Another algorithm than ES256 is refused by the signer.
      jws.sign(new ECDSASigner(ECKey.parse(file.get("jwk").toString())));
      return jws.serialize();
    }

    /** Put a document's octets into an envelope with one seal. */
    public JsonObject seal(byte[] payload) throws JOSEException, ParseException {
      String[] pieces = compact(DOC, payload).split("\\.");
      JsonObject signature = new JsonObject();
      signature.addProperty("protected", pieces[0]);
      signature.addProperty("signature", pieces[2]);
      JsonArray signatures = new JsonArray();
      signatures.add(signature);
      JsonObject envelope = new JsonObject();
      envelope.addProperty("payload", pieces[1]);
      envelope.add("signatures", signatures);
      return envelope;
    }

    /** Make the caller token of one request (TF-TOKEN); it binds the body, over gRPC the envelope. */
    public String token(String audience, String environment, String method, String uri, byte[] bound)
        throws JOSEException, ParseException {
      long now = Instant.now().getEpochSecond();
      JsonObject claims = new JsonObject();
      claims.addProperty("iss", nodeOf(kid()));
      claims.addProperty("aud", audience);
      claims.addProperty("env", environment);
      claims.addProperty("htm", method);
      claims.addProperty("htu", uri);
      claims.addProperty("iat", now);
      claims.addProperty("exp", now + TOKEN_SECONDS);
      claims.addProperty("jti", UUID.randomUUID().toString());
      if (bound.length > 0) {
        claims.addProperty("dig", digest(bound));
      }
      return compact(TOKEN, octets(claims));
    }
  }

  static String nodeOf(String kid) {
    return kid.split("#")[0];
  }

  static byte[] octets(JsonObject object) {
    return object.toString().getBytes(StandardCharsets.UTF_8);
  }

  static JsonObject parse(byte[] octets) {
    return JsonParser.parseString(new String(octets, StandardCharsets.UTF_8)).getAsJsonObject();
  }

  static byte[] decode(String text) {
    return Base64.getUrlDecoder().decode(text);
  }

  /** Write a digest as the standard does (TF-CONV-9). */
  public static String digest(byte[] octets) {
    try {
      byte[] sum = MessageDigest.getInstance("SHA-256").digest(octets);
      return "sha-256:" + HexFormat.of().formatHex(sum);
    } catch (NoSuchAlgorithmException error) {
      throw new IllegalStateException(error);
    }
  }
}
