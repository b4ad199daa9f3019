package dev.objectdb.testing;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/**
 * Stands between a program and PostgreSQL, and counts its round trips: each {@code Sync} and each
 * simple {@code Query} makes a client wait for the server once. Its address stays the same when the
 * server behind it moves, and it can cut the links.
 *
 * <pre>
 *   start-up:  length(4) code(4) ...            once more after a request for encryption
 *   later:     type(1) length(4) ...            'S' = Sync, 'Q' = Query
 * </pre>
 *
 * <p>Source: "Message Formats" in the PostgreSQL manual.
 */
public final class CountingProxy implements AutoCloseable {
  private static final int SSL_REQUEST = 80_877_103;
  private static final int GSS_REQUEST = 80_877_104;

  private final ServerSocket listener;
  private final IntSupplier serverPort;
  private final AtomicInteger roundTrips = new AtomicInteger();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  /**
   * @param serverPort asked for each new link
   */
  public CountingProxy(IntSupplier serverPort) {
    this.serverPort = serverPort;
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().name("proxy").start(this::accept);
  }

  public int port() {
    return listener.getLocalPort();
  }

  public int roundTrips() {
    return roundTrips.get();
  }

  /** Cuts every open link without a word; new ones are let through. */
  public void cut() {
    open.forEach(CountingProxy::closeQuietly);
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        open.add(client);
        Thread.ofVirtual().name("proxy link").start(() -> serve(client));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort.getAsInt())) {
      open.add(server);
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      Thread back = Thread.ofVirtual().name("proxy back").start(() -> copyBack(server, client));
      forward(new DataInputStream(new BufferedInputStream(client.getInputStream())), server);
      server.shutdownOutput();
      back.join();
      open.remove(server);
    } catch (IOException | InterruptedException e) {
      closeQuietly(client); // the link is gone, which is all that the other side is to see
    } finally {
      open.remove(client);
    }
  }

  private void forward(DataInputStream in, Socket server) throws IOException {
    OutputStream out = new BufferedOutputStream(server.getOutputStream());
    int code;
    do {
      byte[] body = readBody(in, out);
      code = ByteBuffer.wrap(body).getInt();
    } while (code == SSL_REQUEST || code == GSS_REQUEST);
    for (int type = in.read(); type >= 0; type = in.read()) {
      if (type == 'S' || type == 'Q') {
        roundTrips.incrementAndGet();
      }
      out.write(type);
      readBody(in, out);
    }
  }

  private static byte[] readBody(DataInputStream in, OutputStream out) throws IOException {
    int length = in.readInt();
    byte[] message = ByteBuffer.allocate(length).putInt(length).array();
    in.readFully(message, Integer.BYTES, length - Integer.BYTES);
    out.write(message);
    out.flush();
    return Arrays.copyOfRange(message, Integer.BYTES, length);
  }

  private static void copyBack(Socket server, Socket client) {
    try (client) {
      InputStream in = server.getInputStream();
      in.transferTo(client.getOutputStream());
    } catch (IOException e) {
      closeQuietly(server);
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    cut();
  }
}
