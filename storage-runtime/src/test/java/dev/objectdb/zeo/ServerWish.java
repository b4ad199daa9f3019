package dev.objectdb.zeo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.objectdb.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A server as a script wants it. Only the first is needed:
 *
 * <pre>
 *   {"start": 1, "host": "127.0.0.1", "port": 0, "readOnly": false,
 *    "timeoutSeconds": 10, "loadDelayMillis": 0, "remembers": 5, "pods": 1,
 *    "tls": "/a/directory"}
 * </pre>
 *
 * @param database its number
 * @param port 0 for any
 * @param pods servers behind that port
 * @param transactionTimeout how long a voted transaction may stay
 * @param loadDelay see {@link HinderedStorage}
 * @param remembered transactions that a client may have missed to be told what to drop
 * @param tls where its files and clients' certificates are mounted; null to speak in the clear
 */
record ServerWish(
    int database,
    String host,
    int port,
    int pods,
    boolean readOnly,
    Duration transactionTimeout,
    Duration loadDelay,
    int remembered,
    @Nullable Path tls) {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final String HOST = "127.0.0.1";

  static ServerWish plain(int database) {
    return new ServerWish(
        database, HOST, 0, 1, false, TIMEOUT, Duration.ZERO, Integer.MAX_VALUE, null);
  }

  static ServerWish of(JsonNode message) {
    return new ServerWish(
        message.get("start").asInt(),
        message.path("host").asText(HOST),
        message.path("port").asInt(),
        message.path("pods").asInt(1),
        message.path("readOnly").asBoolean(),
        Duration.ofSeconds(message.path("timeoutSeconds").asLong(TIMEOUT.toSeconds())),
        Duration.ofMillis(message.path("loadDelayMillis").asLong()),
        message.path("remembers").asInt(Integer.MAX_VALUE),
        message.has("tls") ? Path.of(message.get("tls").asText()) : null);
  }

  /** Returns the same on this port. */
  ServerWish at(int there) {
    return new ServerWish(
        database, host, there, pods, readOnly, transactionTimeout, loadDelay, remembered, tls);
  }

  ZeoConfig config() {
    ZeoConfig config = ZeoConfig.on(host, port).over(security());
    return readOnly ? config.asReadOnly() : config;
  }

  private LinkSecurity security() {
    if (tls == null) {
      return LinkSecurity.PLAIN;
    }
    try {
      return new MountedTls(
          new MountedTls.Place(tls, MountedTls.ClientAuth.REQUIRE, Optional.of(tls)),
          System::nanoTime);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the storage as slow and forgetful as it is wanted. */
  Storage hinder(Storage storage) {
    boolean asItIs = loadDelay.isZero() && remembered == Integer.MAX_VALUE;
    return asItIs ? storage : new HinderedStorage(storage, loadDelay, remembered);
  }
}
