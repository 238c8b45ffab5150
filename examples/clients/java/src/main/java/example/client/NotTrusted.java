package example.client;

/** A seal, a key or a digest is not what it should be; the message says which. */
public class NotTrusted extends Exception {
  public NotTrusted(String message) {
    super(message);
  }
}
