package dev.objectdb.zeo;

import dev.objectdb.codec.pickle.PickleReader;
import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.codec.pickle.PickleWriter;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A client that says exactly what a test tells it to, and shows every frame it gets. */
final class ZeoTestClient implements AutoCloseable {
  /** Long enough for a busy machine, short enough for a test that hangs. */
  private static final int PATIENCE_MILLIS = 20_000;

  static final PickleValue NONE = PickleValue.None.NONE;

  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;
  private final List<Answer> pushes = new ArrayList<>();
  private long lastId;

  /** A message from the server. */
  record Answer(PickleValue msgid, PickleValue flag, String name, PickleValue value) {
    boolean isError() {
      return flag.equals(PickleValue.of(2));
    }

    /** Class name of an error. */
    String errorClass() {
      return ((PickleValue.Tuple) value).get(0).toString();
    }

    PickleValue errorState() {
      return ((PickleValue.Tuple) value).get(1);
    }

    PickleValue item(int index) {
      return ((PickleValue.Tuple) value).get(index);
    }

    Tid tid() {
      return ZeoTestClient.tid(value);
    }
  }

  ZeoTestClient(ZeoServer server) throws IOException {
    this(server, 1 << 16);
  }

  ZeoTestClient(ZeoServer server, int receiveBufferBytes) throws IOException {
    this(server.port(), receiveBufferBytes);
  }

  private ZeoTestClient(int port, int receiveBufferBytes) throws IOException {
    socket = new Socket();
    socket.setReceiveBufferSize(receiveBufferBytes);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(PATIENCE_MILLIS);
    in = new DataInputStream(socket.getInputStream());
    out = new DataOutputStream(socket.getOutputStream());
  }

  /** Connects, greets and registers for writing. */
  static ZeoTestClient registered(ZeoServer server) throws IOException {
    ZeoTestClient client = new ZeoTestClient(server);
    client.greet();
    client.register();
    return client;
  }

  /** Connects to whatever listens on a port of this machine, and greets. */
  static ZeoTestClient connected(int port) throws IOException {
    ZeoTestClient client = new ZeoTestClient(port, 1 << 16);
    client.greet();
    return client;
  }

  /** Registers for writing, and returns the tid that answers. */
  Tid register() throws IOException {
    return call("register", PickleValue.of("1"), PickleValue.of(false)).tid();
  }

  void greet() throws IOException {
    nextFrame();
    frame("Z5".getBytes(StandardCharsets.US_ASCII));
  }

  void raw(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  void frame(byte[] payload) throws IOException {
    out.writeInt(payload.length);
    out.write(payload);
    out.flush();
  }

  /** Sends a call that wants a reply. */
  void send(PickleValue msgid, String method, PickleValue... args) throws IOException {
    frame(message(msgid, false, method, args).array());
  }

  /** Sends a one-way call. */
  void tell(String method, PickleValue... args) throws IOException {
    frame(message(PickleValue.of(0), true, method, args).array());
  }

  static Bytes message(PickleValue msgid, boolean oneWay, String method, PickleValue... args) {
    return PickleWriter.write(
        PickleValue.tuple(
            msgid, PickleValue.of(oneWay), PickleValue.of(method), PickleValue.tuple(args)));
  }

  /** Calls, and waits for the reply; what is pushed meanwhile is kept. */
  Answer call(String method, PickleValue... args) throws IOException {
    PickleValue msgid = PickleValue.of(++lastId);
    send(msgid, method, args);
    return reply(msgid);
  }

  Answer reply(PickleValue msgid) throws IOException {
    while (true) {
      Answer answer = next();
      if (answer.name().equals(".reply") && answer.msgid().equals(msgid)) {
        return answer;
      }
      pushes.add(answer);
    }
  }

  /** Returns the next message as it comes. */
  Answer next() throws IOException {
    byte[] payload = nextFrame();
    PickleValue.Tuple message =
        (PickleValue.Tuple) new PickleReader(Bytes.wrap(payload), Limits.DEFAULT).read();
    return new Answer(message.get(0), message.get(1), message.get(2).toString(), message.get(3));
  }

  byte[] nextFrame() throws IOException {
    byte[] payload = new byte[in.readInt()];
    in.readFully(payload);
    return payload;
  }

  /** Returns what was pushed while replies were waited for, and forgets it. */
  List<Answer> pushes() {
    List<Answer> seen = List.copyOf(pushes);
    pushes.clear();
    return seen;
  }

  /** Waits for the server to close, and tells whether it sent something before. */
  boolean isClosedSilently() throws IOException {
    return rest().isEmpty();
  }

  /** Reads up to the server's close; empty if nothing was there. */
  Optional<byte[]> rest() throws IOException {
    byte[] rest;
    try {
      rest = in.readAllBytes();
    } catch (SocketException e) {
      return Optional.empty(); // a reset is a close too
    }
    return rest.length == 0 ? Optional.empty() : Optional.of(rest);
  }

  /** Commits one record, and returns its tid. */
  Tid commit(Oid oid, Tid base, String data) throws IOException {
    PickleValue txn = PickleValue.of(4711);
    begin(txn);
    store(txn, oid, base, data);
    call("vote", txn);
    return call("tpc_finish", txn).tid();
  }

  void begin(PickleValue txn) throws IOException {
    PickleValue none = PickleValue.of(Bytes.EMPTY);
    tell("tpc_begin", txn, none, none, PickleValue.dict(), NONE, PickleValue.of(" "));
  }

  void store(PickleValue txn, Oid oid, Tid base, String data) throws IOException {
    tell("storea", bytes(oid), bytes(base), PickleValue.of(Bytes.ofUtf8(data)), txn);
  }

  /** Sends the load of an object as clients do, with (oid, before) as its id. */
  void sendLoad(Oid oid, Tid before) throws IOException {
    send(PickleValue.tuple(bytes(oid), bytes(before)), "loadBefore", bytes(oid), bytes(before));
  }

  Answer load(Oid oid, Tid before) throws IOException {
    return call("loadBefore", bytes(oid), bytes(before));
  }

  static PickleValue bytes(Oid oid) {
    return PickleValue.of(oid.toBytes());
  }

  static PickleValue bytes(Tid tid) {
    return PickleValue.of(tid.toBytes());
  }

  static Tid tid(PickleValue value) {
    return Tid.of(((PickleValue.Binary) value).toBytes());
  }

  static String text(PickleValue value) {
    return ((PickleValue.Binary) value).toBytes().toUtf8();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
