package dev.objectdb.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The Python that a user pastes first: {@code examples/hello.py}, without its heading. */
final class Snippet {
  private static final String HEADING_END = "\"\"\"\n\n";
  private static final String ADDRESS = "(\"127.0.0.1\", 8100)";

  private Snippet() {}

  /**
   * Returns the code for a server at this address that speaks TLS, by an issuer whose certificate
   * is where a pod mounts the connection ConfigMap.
   */
  static String securedAt(String host, int port) {
    String address = "(\"%s\", %d)".formatted(host, port);
    return "import ssl\n"
        + at(host, port)
            .replace(
                "ZEO.DB(" + address + ")",
                """
                ZEO.DB(
                    %s,
                    ssl=ssl.create_default_context(cafile="/etc/objectdb/ca.crt"),
                    ssl_server_hostname="%s",
                )\
                """
                    .formatted(address, host));
  }

  /** Returns the code for a server at this address. */
  static String at(String host, int port) {
    try (InputStream in = Snippet.class.getResourceAsStream("hello.py")) {
      String text =
          new String(
              Objects.requireNonNull(in, "the build has no hello.py").readAllBytes(),
              StandardCharsets.UTF_8);
      String code = text.substring(text.indexOf(HEADING_END) + HEADING_END.length());
      return code.replace(ADDRESS, "(\"%s\", %d)".formatted(host, port));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
