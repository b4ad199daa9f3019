package dev.objectdb.zeo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.objectdb.codec.pickle.PickleReader;
import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Traffic between stock servers and clients, recorded by a proxy: what clients send is understood,
 * and what we send is, byte for byte, what a stock server sends.
 */
class CapturesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** One recorded frame. */
  record Capture(String id, String direction, Bytes frame, JsonNode decoded) {
    Bytes payload() throws IOException {
      FrameReader reader =
          new FrameReader(
              new ByteArrayInputStream(frame.array()), new ByteBudget(1), System::nanoTime);
      return Bytes.wrap(reader.read(frame.length()).orElseThrow());
    }

    boolean isRaw() {
      return decoded.has("$bytes");
    }

    @Override
    public String toString() {
      return id;
    }
  }

  static Stream<Capture> pickled() throws IOException {
    List<Capture> captures = new ArrayList<>();
    try (InputStream in =
            Objects.requireNonNull(CapturesTest.class.getResourceAsStream("/zeo/captures.jsonl"));
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode node = JSON.readTree(line);
        if (node.get("serialization").asText().equals("pickle")) {
          captures.add(
              new Capture(
                  node.get("id").asText(),
                  node.get("direction").asText(),
                  Bytes.ofHex(node.get("frame_hex").asText()),
                  node.get("decoded")));
        }
      }
    }
    assertThat(captures).hasSizeGreaterThan(60);
    return captures.stream();
  }

  static Stream<Capture> messages() throws IOException {
    return pickled().filter(capture -> !capture.isRaw());
  }

  static Stream<Capture> calls() throws IOException {
    return messages()
        .filter(capture -> capture.direction().equals("client->server"))
        .filter(capture -> !capture.decoded().toString().contains("\".reply\""));
  }

  static Stream<Capture> answers() throws IOException {
    return messages().filter(capture -> capture.direction().equals("server->client"));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void everyRecordedMessageIsDecoded(Capture capture) throws IOException {
    PickleValue decoded = new PickleReader(capture.payload(), Limits.DEFAULT).read();
    assertThat(Wire.equal(decoded, capture.decoded())).as(capture.decoded().toString()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("calls")
  void everyRecordedCallIsARequest(Capture capture) throws IOException {
    MessageCodec codec = new MessageCodec(Limits.DEFAULT);
    RequestReader requests = new RequestReader(new Extensions(Limits.DEFAULT));
    Message message = codec.decode(capture.payload().array());
    assertThat(message.name()).isEqualTo(capture.decoded().at("/$tuple/2").asText());
    ZeoRequest request = requests.read(message);
    assertThat(request)
        .isNotInstanceOf(ZeoRequest.BadWrite.class)
        .isNotInstanceOf(ZeoRequest.BadBegin.class);
  }

  @ParameterizedTest
  @MethodSource("answers")
  void everyRecordedAnswerIsEncodedByteForByte(Capture capture) throws IOException {
    MessageCodec codec = new MessageCodec(Limits.DEFAULT);
    JsonNode message = capture.decoded().get("$tuple");
    String name = message.get(2).asText();
    Bytes encoded;
    if (!name.equals(".reply")) {
      List<PickleValue> args = ((PickleValue.Tuple) Wire.value(message.get(3))).items();
      encoded = codec.push(name, args.toArray(PickleValue[]::new));
    } else if (message.get(1).asInt() == 2 && message.at("/3/$tuple").size() == 2) {
      JsonNode body = message.at("/3/$tuple");
      encoded =
          codec.reply(
              Wire.value(message.get(0)),
              new Reply.Failure(body.get(0).asText(), Wire.value(body.get(1))));
    } else if (message.get(1).asInt() == 2) {
      return; // a body that no client can use, recorded to say that it must not be sent
    } else {
      encoded = codec.reply(Wire.value(message.get(0)), Reply.of(Wire.value(message.get(3))));
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    FrameWriter writer = new FrameWriter(out);
    writer.write(encoded);
    writer.flush();
    assertThat(Bytes.wrap(out.toByteArray()).toHex()).isEqualTo(capture.frame().toHex());
  }
}
