package dev.objectdb.storage.pg;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The two spellings of libpq's connection strings, taken apart into parameters.
 *
 * <pre>
 *   uri   = [user[:password]@] host[:port] ("," ...) ["/" [dbname]] ["?" name=value ("&amp;" ...)]
 *   pairs = (name "=" (word | "'" quoted "'"))*        backslash escapes the next character
 * </pre>
 *
 * <p>In the first everything may be percent-encoded. Several hosts become one comma-separated
 * parameter each of {@code host} and {@code port}, as in the second.
 */
final class PgUriText {
  private PgUriText() {}

  static Map<String, String> parseUri(String afterScheme) {
    Map<String, String> parameters = new LinkedHashMap<>();
    String rest = afterScheme;
    int query = rest.indexOf('?');
    if (query >= 0) {
      parseQuery(rest.substring(query + 1), parameters);
      rest = rest.substring(0, query);
    }
    int slash = rest.indexOf('/', rest.lastIndexOf('@') + 1);
    if (slash >= 0) {
      putUnlessEmpty(parameters, "dbname", decode(rest.substring(slash + 1)));
      rest = rest.substring(0, slash);
    }
    int at = rest.lastIndexOf('@');
    if (at >= 0) {
      parseLogin(rest.substring(0, at), parameters);
      rest = rest.substring(at + 1);
    }
    parseHosts(rest, parameters);
    return parameters;
  }

  private static void parseQuery(String query, Map<String, String> parameters) {
    if (query.isEmpty()) {
      return;
    }
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals <= 0) {
        throw new IllegalArgumentException("a parameter of the address must read name=value");
      }
      String name = decode(pair.substring(0, equals));
      // The manual's own alias, for the sake of JDBC addresses.
      if (name.equals("ssl") && pair.endsWith("=true")) {
        parameters.put("sslmode", "require");
      } else {
        parameters.put(name, decode(pair.substring(equals + 1)));
      }
    }
  }

  private static void parseLogin(String login, Map<String, String> parameters) {
    int colon = login.indexOf(':');
    String user = colon < 0 ? login : login.substring(0, colon);
    putUnlessEmpty(parameters, "user", decode(user));
    if (colon >= 0) {
      putUnlessEmpty(parameters, "password", decode(login.substring(colon + 1)));
    }
  }

  private static void parseHosts(String text, Map<String, String> parameters) {
    if (text.isEmpty()) {
      return; // host and port may stand in the query
    }
    StringBuilder hosts = new StringBuilder();
    StringBuilder ports = new StringBuilder();
    for (String part : text.split(",", -1)) {
      int bracket = part.startsWith("[") ? part.indexOf(']') : 0;
      if (bracket < 0) {
        throw new IllegalArgumentException("an IPv6 address lacks its closing bracket");
      }
      int colon = part.indexOf(':', bracket);
      String host = colon < 0 ? part : part.substring(0, colon);
      String separator = hosts.isEmpty() ? "" : ",";
      hosts.append(separator).append(decode(host.replaceAll("[\\[\\]]", "")));
      ports.append(separator).append(colon < 0 ? "" : part.substring(colon + 1));
    }
    putUnlessEmpty(parameters, "host", hosts.toString());
    if (ports.chars().anyMatch(c -> c != ',')) {
      parameters.put("port", ports.toString());
    }
  }

  private static void putUnlessEmpty(Map<String, String> parameters, String name, String value) {
    if (!value.isEmpty()) {
      parameters.put(name, value);
    }
  }

  /** Undoes percent-encoding; a plus sign stays one, unlike in forms. */
  private static String decode(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '%') {
        int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
        int low = high >= 0 ? Character.digit(bytes[i + 2], 16) : -1;
        if (low < 0 || high + low == 0) {
          throw new IllegalArgumentException("bad percent-encoding in the PostgreSQL address");
        }
        out.write(high * 16 + low);
        i += 2;
      } else {
        out.write(bytes[i]);
      }
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  static Map<String, String> parseKeyValues(String text) {
    Map<String, String> parameters = new LinkedHashMap<>();
    int at = skipBlanks(text, 0);
    while (at < text.length()) {
      int equals = text.indexOf('=', at);
      String name = equals < 0 ? "" : text.substring(at, equals).strip();
      if (name.isEmpty() || name.chars().anyMatch(Character::isWhitespace)) {
        throw new IllegalArgumentException("a PostgreSQL address reads key=value key=value ...");
      }
      StringBuilder value = new StringBuilder();
      at = readValue(text, skipBlanks(text, equals + 1), value);
      putUnlessEmpty(parameters, name, value.toString());
      at = skipBlanks(text, at);
    }
    return parameters;
  }

  private static int skipBlanks(String text, int from) {
    int at = from;
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private static int readValue(String text, int from, StringBuilder value) {
    boolean quoted = from < text.length() && text.charAt(from) == '\'';
    int at = quoted ? from + 1 : from;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (quoted ? c == '\'' : Character.isWhitespace(c)) {
        return at + 1;
      }
      if (c == '\\' && at + 1 < text.length()) {
        at++;
        c = text.charAt(at);
      }
      value.append(c);
      at++;
    }
    if (quoted) {
      throw new IllegalArgumentException("a quoted value of the address lacks its closing quote");
    }
    return at;
  }
}
