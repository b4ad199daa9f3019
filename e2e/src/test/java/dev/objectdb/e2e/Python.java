package dev.objectdb.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;

/** Stock Python clients on this machine: the very packages that the client image has. */
final class Python {
  /** The program of every client; a pod has it from a ConfigMap. */
  static final Path CLIENT = Path.of("src/test/python/client.py").toAbsolutePath();

  private static final Path REQUIREMENTS =
      Path.of("../images/python-requirements.txt").toAbsolutePath().normalize();

  private final Path bin;

  private Python(Path bin) {
    this.bin = bin;
  }

  /** Makes the environment where there is none for these requirements yet. */
  static Python install() {
    Path home = Path.of("target", "python-" + fingerprint()).toAbsolutePath();
    Path done = home.resolve("installed");
    if (!Files.exists(done)) {
      Command.run(
          Timeouts.PYTHON_INSTALL, List.of("python3", "-m", "venv", "--clear", home.toString()));
      Command.run(
          Timeouts.PYTHON_INSTALL,
          List.of(
              home.resolve("bin/pip").toString(),
              "install",
              "--quiet",
              "--disable-pip-version-check",
              "--requirement",
              REQUIREMENTS.toString()));
      try {
        Files.createFile(done);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return new Python(home.resolve("bin"));
  }

  /** The command line of the client against a server on this machine. */
  List<String> client(int port, String... arguments) {
    List<String> words = new ArrayList<>();
    words.add(bin.resolve("python").toString());
    words.add(CLIENT.toString());
    words.add("127.0.0.1:" + port);
    words.addAll(List.of(arguments));
    return List.copyOf(words);
  }

  /** A program that one of the packages brings. */
  String program(String name) {
    return bin.resolve(name).toString();
  }

  private static String fingerprint() {
    try {
      CRC32 sum = new CRC32();
      sum.update(Files.readString(REQUIREMENTS).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().toHexDigits((int) sum.getValue());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
