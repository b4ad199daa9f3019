package dev.objectdb.server;

import dev.objectdb.storage.pg.PgLogin;
import dev.objectdb.storage.pg.PgUri;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A login from files as Kubernetes mounts a Secret, which it replaces in place when that changes.
 *
 * <pre>
 *   uri                                         postgresql://user:password@host:5432/dbname
 *   or: host  port  dbname  username  password  where there is no uri; port and dbname may miss
 * </pre>
 *
 * <p>Each session logs in with what the files say then. Who logs in may change, and how; another
 * place would be another database, for which there are other pods. Files that cannot be used change
 * nothing, and the log says so once.
 */
final class MountedLogin implements PgLogin {
  private static final Logger LOG = LoggerFactory.getLogger(MountedLogin.class);

  /** libpq's names of the single files. */
  private static final Map<String, String> FILES =
      Map.of(
          "host", "host",
          "port", "port",
          "dbname", "dbname",
          "username", "user",
          "password", "password");

  private final Path directory;
  private final Map<String, String> settings;
  private PgUri last;
  private String complaint = "";

  /**
   * Reads the files.
   *
   * @param settings parameters by libpq's names that hold whatever the files say
   * @throws IOException if one cannot be read
   * @throws IllegalArgumentException if they are no address; the message shows no value
   */
  MountedLogin(Path directory, Map<String, String> settings) throws IOException {
    this.directory = directory;
    this.settings = Map.copyOf(settings);
    last = read();
  }

  @Override
  public synchronized PgUri now() {
    String why = "";
    try {
      PgUri read = read();
      if (read.place().equals(last.place())) {
        last = read;
      } else {
        why = "they name another place";
      }
    } catch (IOException | IllegalArgumentException e) {
      why = String.valueOf(e.getMessage());
    }
    if (!why.equals(complaint) && !why.isEmpty()) {
      LOG.atWarn().addKeyValue("why", why).log("the former PostgreSQL login stays in use");
    }
    complaint = why;
    return last;
  }

  private PgUri read() throws IOException {
    PgUri uri =
        Files.exists(directory.resolve("uri")) ? PgUri.parse(text("uri")) : PgUri.of(parameters());
    return complete(uri, settings);
  }

  private Map<String, String> parameters() throws IOException {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (Map.Entry<String, String> file : FILES.entrySet()) {
      if (Files.exists(directory.resolve(file.getKey()))) {
        parameters.put(file.getValue(), text(file.getKey()));
      }
    }
    return parameters;
  }

  /** Returns an address with settings beside it. */
  static PgUri complete(PgUri uri, Map<String, String> settings) {
    PgUri complete = uri;
    for (Map.Entry<String, String> setting : settings.entrySet()) {
      complete = complete.with(setting.getKey(), setting.getValue());
    }
    return complete;
  }

  private String text(String file) throws IOException {
    try {
      return Files.readString(directory.resolve(file)).stripTrailing();
    } catch (NoSuchFileException e) {
      throw new IOException("there is no file " + file, e);
    }
  }

  @Override
  public synchronized String toString() {
    return last.toString();
  }
}
