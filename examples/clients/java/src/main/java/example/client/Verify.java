package example.client;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Check the release of a dossier offline: Verify DOSSIER TRUST. */
public final class Verify {
  private Verify() {}

  public static void main(String[] arguments) throws IOException {
    try {
      Trust trust = Trust.load(Path.of(arguments[1]));
      JsonObject release = trust.releaseOf(Files.readAllBytes(Path.of(arguments[0])), null);
      System.out.println(
          "release " + release.get("releaseNumber").getAsString() + " sealed by "
              + release.getAsJsonObject("header").get("issuer").getAsString());
    } catch (NotTrusted error) {
      System.err.println("not trusted: " + error.getMessage());
      System.exit(1);
    }
  }
}
