package dev.objectdb.zeo;

import dev.objectdb.codec.pickle.PickleReader;
import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;
import java.nio.charset.StandardCharsets;

/** Values that only other programs write. */
final class Pickles {
  private Pickles() {}

  /** A string as Python 2 pickles it. */
  static PickleValue byteString(String ascii) {
    byte[] text = ascii.getBytes(StandardCharsets.US_ASCII);
    byte[] pickle = new byte[text.length + 3];
    pickle[0] = 'U';
    pickle[1] = (byte) text.length;
    System.arraycopy(text, 0, pickle, 2, text.length);
    pickle[pickle.length - 1] = '.';
    return new PickleReader(Bytes.wrap(pickle), Limits.DEFAULT).read();
  }
}
