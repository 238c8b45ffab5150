package example.client;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the job saw, printed as one line of JSON at its end. */
final class Told {
  final String binding;
  final Map<String, String> receipts = new LinkedHashMap<>();
  final List<String> events = new ArrayList<>();
  String export = "";
  String dossier = "";
  String release = "";
  final Map<String, String> refusal = new LinkedHashMap<>();

  Told(String binding) {
    this.binding = binding;
  }

  /** Keep the sealed outcome of a submission, which decides, not the status (TF-REST-2). */
  void outcome(Sandbox sandbox, byte[] payload, JsonObject sealed) throws NotTrusted {
    JsonObject said = Seal.parse(sandbox.trust.open(sealed));
    if (said.getAsJsonObject("header").get("type").getAsString().equals("refusal")) {
      refused(said.getAsJsonObject("problem"));
      return;
    }
    JsonObject document = said.getAsJsonObject("document");
    String digest = document.get("digest").getAsString();
    if (!digest.equals(Seal.digest(payload))) {
      throw new NotTrusted("the receipt is for another document");
    }
    receipts.put(digest, said.get("outcome").getAsString());
    System.out.printf(
        "%s: %s, receipt %s%n", document.get("type").getAsString(), receipts.get(digest),
        said.getAsJsonObject("header").get("id").getAsString());
  }

  private void refused(JsonObject problem) {
    if (!problem.has("violations")) {
      throw new IllegalStateException("refused: " + problem);
    }
    JsonObject first = problem.getAsJsonArray("violations").get(0).getAsJsonObject();
    refusal.put("code", problem.get("code").getAsString());
    refusal.put("requirement", problem.get("requirement").getAsString());
    refusal.put("rule", first.get("rule").getAsString());
    refusal.put("pointer", first.get("pointer").getAsString());
    System.out.printf(
        "refused: %s (%s), %s%n  %s at %s: %s%n", refusal.get("code"), refusal.get("requirement"),
        problem.get("title").getAsString(), refusal.get("rule"), refusal.get("pointer"),
        first.getAsJsonObject("message").get("en").getAsString());
  }

  /** Say whether a dossier's head is about the consignment of this waybill: the feed has those of all. */
  static boolean about(byte[] head, String waybill) {
    JsonObject subject =
        Seal.parse(head).getAsJsonObject("header").getAsJsonArray("subjects").get(0).getAsJsonObject();
    for (JsonElement each : subject.getAsJsonArray("keys")) {
      JsonObject key = each.getAsJsonObject();
      if (key.get("scheme").getAsString().equals("waybill")
          && key.get("issuer").getAsString().equals(Sandbox.CARRIER)
          && key.get("value").getAsString().equals(waybill)) {
        return true;
      }
    }
    return false;
  }

  /** Check the dossier's release, keep the dossier's octets and print the line. */
  void finish(Sandbox sandbox, byte[] octets, String wanted) throws NotTrusted, IOException {
    JsonObject found = sandbox.trust.releaseOf(octets, wanted);
    Files.write(Path.of("dossier.json"), octets);
    dossier = wanted;
    release = found.get("releaseNumber").getAsString();
    System.out.printf(
        "dossier %s in dossier.json, release %s sealed by %s%n", wanted, release,
        found.getAsJsonObject("header").get("issuer").getAsString());
    System.out.println(new Gson().toJson(this));
  }
}
