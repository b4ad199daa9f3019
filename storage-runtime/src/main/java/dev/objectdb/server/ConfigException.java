package dev.objectdb.server;

/**
 * The program was told something it cannot do. The message is one line for the person who set it:
 * which key, what is wrong, what to do. It never repeats a secret.
 */
public final class ConfigException extends RuntimeException {
  public ConfigException(String message) {
    super(message);
  }
}
