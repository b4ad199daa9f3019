package dev.objectdb.zeo;

import dev.objectdb.object.Bytes;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Writes frames, see {@link FrameReader}. Several small ones leave in one segment. */
final class FrameWriter {
  private static final int BUFFER_BYTES = 1 << 15;

  private final DataOutputStream out;

  FrameWriter(OutputStream out) {
    this.out = new DataOutputStream(new BufferedOutputStream(out, BUFFER_BYTES));
  }

  void write(Bytes payload) throws IOException {
    out.writeInt(payload.length());
    payload.writeTo(out);
  }

  void flush() throws IOException {
    out.flush();
  }
}
