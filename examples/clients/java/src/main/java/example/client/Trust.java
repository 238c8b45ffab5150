package example.client;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;

/** The seal keys of a trust file by kid. Which fingerprint is in the file was agreed on out of band. */
public final class Trust {
  private final Map<String, JsonObject> keys;

  private Trust(Map<String, JsonObject> keys) {
    this.keys = keys;
  }

  /** Read a trust file and check its newest list. */
  public static Trust load(Path path) throws IOException, NotTrusted {
    JsonObject file = Seal.parse(Files.readAllBytes(path));
    JsonArray lists = file.getAsJsonArray("lists");
    JsonObject newest = lists.get(lists.size() - 1).getAsJsonObject();
    JsonObject list = payload(newest);
    JsonObject anchor = list.getAsJsonObject("anchor");
    if (!fingerprint(anchor).equals(file.get("anchor").getAsString())) {
      throw new NotTrusted("the list's anchor has another fingerprint than the trust file");
    }
    new Trust(Map.of(anchor.get("kid").getAsString(), anchor)).open(newest);
    Map<String, JsonObject> keys = new HashMap<>();
    for (JsonElement node : list.getAsJsonArray("nodes")) {
      for (JsonElement each : node.getAsJsonObject().getAsJsonArray("keys")) {
        JsonObject key = each.getAsJsonObject();
        if (key.get("use").getAsString().equals("seal")) {
          keys.put(key.get("kid").getAsString(), key);
        }
      }
    }
    return new Trust(keys);
  }

  private static String fingerprint(JsonObject key) throws NotTrusted {
    try {
      byte[] sum = ECKey.parse(key.get("jwk").toString()).computeThumbprint().decode();
      return "sha-256:" + HexFormat.of().formatHex(sum);
    } catch (ParseException | JOSEException error) {
      throw new NotTrusted("the anchor is no P-256 key: " + error.getMessage());
    }
  }

  /** Give the payload's octets once every seal verified under the listed key of its kid. */
  public byte[] open(JsonObject envelope) throws NotTrusted {
    JsonArray signatures = envelope.getAsJsonArray("signatures");
    if (signatures.isEmpty()) {
      throw new NotTrusted("the envelope has no seal");
    }
    String issuer = payload(envelope).getAsJsonObject("header").get("issuer").getAsString();
    for (JsonElement each : signatures) {
      String kid = check(each.getAsJsonObject(), envelope.get("payload").getAsString());
      if (!Seal.nodeOf(kid).equals(issuer)) {
        throw new NotTrusted("sealed by " + kid + ", not by its issuer " + issuer);
      }
    }
    return Seal.decode(envelope.get("payload").getAsString());
  }

  private String check(JsonObject seal, String payload) throws NotTrusted {
    String text = seal.get("protected").getAsString();
    JsonObject header = Seal.parse(Seal.decode(text));
    if (!header.keySet().equals(Set.of("alg", "kid", "typ"))
        || !header.get("typ").getAsString().equals(Seal.DOC)) {
      throw new NotTrusted("not the header of a seal: " + header);
    }
    String kid = header.get("kid").getAsString();
    JsonObject key = keys.get(kid);
    if (key == null) {
      throw new NotTrusted("the trust list has no seal key " + kid);
    }
    String listed = key.get("alg").getAsString();
    if (!listed.equals(header.get("alg").getAsString()) || !listed.equals(JWSAlgorithm.ES256.getName())) {
      throw new NotTrusted(kid + " is listed for " + listed + ", the seal says " + header.get("alg"));
    }
    try {
      JWSObject jws = JWSObject.parse(text + "." + payload + "." + seal.get("signature").getAsString());
      if (jws.verify(new ECDSAVerifier(ECKey.parse(key.get("jwk").toString()).toECPublicKey()))) {
        return kid;
      }
    } catch (ParseException | JOSEException error) {
      throw new NotTrusted("the seal of " + kid + ": " + error.getMessage());
    }
    throw new NotTrusted("the seal of " + kid + " does not verify");
  }

  /**
   * Give the release of a dossier once its seal and the head's verified and the head names its digest.
   *
   * <p>{@code wanted}, unless null, is the digest under which the dossier was asked for. What else there is
   * to check is checked by {@code threeflow verify}, and listed in the guide.
   */
  public JsonObject releaseOf(byte[] dossier, String wanted) throws NotTrusted {
    JsonObject bundle = Seal.parse(dossier);
    byte[] octets = open(bundle.getAsJsonObject("head"));
    if (wanted != null && !Seal.digest(octets).equals(wanted)) {
      throw new NotTrusted("asked for the dossier " + wanted + ", got " + Seal.digest(octets));
    }
    Set<String> named = new HashSet<>();
    for (JsonElement each : Seal.parse(octets).getAsJsonArray("documents")) {
      if (each.getAsJsonObject().get("type").getAsString().equals("release")) {
        named.add(each.getAsJsonObject().get("digest").getAsString());
      }
    }
    for (JsonElement each : bundle.getAsJsonArray("documents")) {
      JsonObject document = each.getAsJsonObject().getAsJsonObject("document");
      JsonObject release = payload(document);
      if (!release.getAsJsonObject("header").get("type").getAsString().equals("release")) {
        continue;
      }
      if (!named.contains(Seal.digest(Seal.decode(document.get("payload").getAsString())))) {
        throw new NotTrusted("the head does not name this release");
      }
      open(document);
      return release;
    }
    throw new NotTrusted("the dossier has no release");
  }

  private static JsonObject payload(JsonObject envelope) {
    return Seal.parse(Seal.decode(envelope.get("payload").getAsString()));
  }
}
