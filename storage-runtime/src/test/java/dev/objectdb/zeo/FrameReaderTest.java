package dev.objectdb.zeo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.objectdb.object.Bytes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FrameReaderTest {
  private static final int LIMIT = 4 << 20;

  private final ByteBudget room = new ByteBudget(LIMIT);
  private final AtomicLong clock = new AtomicLong(1);

  private FrameReader reader(InputStream in) {
    return new FrameReader(in, room, clock::get);
  }

  private static byte[] frames(Bytes... payloads) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    FrameWriter writer = new FrameWriter(out);
    for (Bytes payload : payloads) {
      writer.write(payload);
    }
    writer.flush();
    return out.toByteArray();
  }

  private static Bytes random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return Bytes.wrap(bytes);
  }

  /** Hands out one byte at a time, as a network may. */
  private static final class OneByteAtATime extends FilterInputStream {
    OneByteAtATime(byte[] bytes) {
      super(new ByteArrayInputStream(bytes));
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
      return super.read(target, from, Math.min(length, 1));
    }

    @Override
    public int available() {
      return 0;
    }
  }

  @Test
  void aFrameMayComeByteByByte() throws IOException {
    Bytes small = random(300);
    FrameReader reader = reader(new OneByteAtATime(frames(small, Bytes.EMPTY, small)));
    assertThat(Bytes.wrap(reader.read(LIMIT).orElseThrow())).isEqualTo(small);
    assertThat(reader.read(LIMIT).orElseThrow()).isEmpty();
    assertThat(Bytes.wrap(reader.read(LIMIT).orElseThrow())).isEqualTo(small);
    assertThat(reader.read(LIMIT)).isEmpty();
  }

  @Test
  void severalFramesMayComeTogether() throws IOException {
    Bytes large = random(3 << 20);
    InputStream in = new ByteArrayInputStream(frames(random(5), large, random(7)));
    FrameReader reader = reader(in);
    assertThat(reader.read(LIMIT).orElseThrow()).hasSize(5);
    assertThat(Bytes.wrap(reader.read(LIMIT).orElseThrow())).isEqualTo(large);
    assertThat(reader.read(LIMIT).orElseThrow()).hasSize(7);
    assertThat(reader.read(LIMIT)).isEmpty();
  }

  @Test
  void anEndWithinAFrameIsAnError() throws IOException {
    byte[] whole = frames(random(40));
    for (int cut = 1; cut < whole.length; cut++) {
      FrameReader reader = reader(new ByteArrayInputStream(Arrays.copyOf(whole, cut)));
      assertThatExceptionOfType(EOFException.class).isThrownBy(() -> reader.read(LIMIT));
    }
  }

  @Test
  void anEndWithinALargeFrameIsAnError() throws IOException {
    byte[] whole = frames(random(2 << 20));
    FrameReader reader = reader(new ByteArrayInputStream(Arrays.copyOf(whole, whole.length - 1)));
    assertThatExceptionOfType(EOFException.class).isThrownBy(() -> reader.read(LIMIT));
  }

  @Test
  void aLongFrameHoldsRoomUntilTheNextIsAskedForAndAShortOneNone() throws IOException {
    FrameReader reader =
        reader(new ByteArrayInputStream(frames(random(1 << 20), random(2 << 20), random(3 << 20))));
    reader.read(LIMIT);
    assertThat(room.held()).isZero();
    reader.read(LIMIT);
    assertThat(room.held()).isEqualTo(2 << 20);
    reader.read(LIMIT);
    assertThat(room.held()).isEqualTo(3 << 20);
    assertThat(reader.read(LIMIT)).isEmpty();
    assertThat(room.held()).isZero();
    reader.close();
    assertThat(room.held()).isZero();
  }

  @Test
  void aLinkThatBreaksInALongFrameGivesItsRoomBack() throws IOException {
    byte[] whole = frames(random(2 << 20));
    FrameReader reader = reader(new ByteArrayInputStream(Arrays.copyOf(whole, 1 << 20)));
    assertThatExceptionOfType(EOFException.class).isThrownBy(() -> reader.read(LIMIT));
    reader.close();
    assertThat(room.held()).isZero();
  }

  @Test
  void aLongFrameHasToComeInTime() throws IOException {
    FrameReader[] reading = new FrameReader[1];
    List<Boolean> stalled = new ArrayList<>();
    InputStream slow =
        new FilterInputStream(new ByteArrayInputStream(frames(random(2 << 20)))) {
          @Override
          public int read(byte[] target, int from, int length) throws IOException {
            stalled.add(reading[0].isStalled());
            clock.addAndGet(Duration.ofSeconds(30).toNanos());
            return super.read(target, from, Math.min(length, 300_000));
          }
        };
    reading[0] = reader(slow);
    reading[0].read(LIMIT);
    assertThat(stalled).startsWith(false, false).endsWith(true);
    assertThat(reading[0].isStalled()).as("it is there").isFalse();
  }

  @Test
  void theLimitItselfPassesAndOneMoreByteDoesNot() throws IOException {
    FrameReader atLimit = reader(new ByteArrayInputStream(frames(random(1000))));
    assertThat(atLimit.read(1000).orElseThrow()).hasSize(1000);
    FrameReader over = reader(new ByteArrayInputStream(frames(random(1001))));
    assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> over.read(1000));
  }

  @Test
  void lengthsOfTwoGibibytesAndMoreAreOverTheLimit() {
    for (String header : new String[] {"80000000", "ffffffff", "7fffffff"}) {
      FrameReader reader = reader(new ByteArrayInputStream(Bytes.ofHex(header).array()));
      assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> reader.read(256 << 20));
    }
  }
}
