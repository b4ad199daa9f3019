package dev.objectdb.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.codec.pickle.CodecException;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Python itself judges whether an exact record comes back equal. Needs python3, 3.9 or later. */
class PythonJudgeIT {
  private static final RecordCodec CODEC = new RecordCodec(Limits.DEFAULT, false);
  private static final Path JUDGE = Path.of("src/test/python/judge_records.py");
  private static final Pattern VERDICT = Pattern.compile("judged (\\d+), left out (\\d+)\\s*");
  private static final int RANDOM_RECORDS = 20_000;

  @Test
  void exactVectorsLoadEqual(@TempDir Path directory) throws IOException, InterruptedException {
    assertThat(
            judge(Vector.ofKind("record").stream().map(PythonJudgeIT::record).toList(), directory))
        .isGreaterThan(350);
  }

  private static Bytes record(Vector vector) {
    return vector.hex("pickle_hex").orElseThrow();
  }

  @Test
  void exactRandomRecordsLoadEqual(@TempDir Path directory)
      throws IOException, InterruptedException {
    PickleGenerator generator = new PickleGenerator(20_261_122);
    List<Bytes> records = new ArrayList<>();
    for (int i = 0; i < RANDOM_RECORDS; i++) {
      records.add(generator.record());
    }
    assertThat(judge(records, directory)).isGreaterThan(RANDOM_RECORDS / 10);
  }

  /** Returns how many of the exact ones Python could judge, and found equal. */
  private static int judge(List<Bytes> records, Path directory)
      throws IOException, InterruptedException {
    List<String> lines =
        records.stream()
            .flatMap(record -> again(record).map(r -> record.toHex() + " " + r.toHex()).stream())
            .toList();
    Path file = Files.write(directory.resolve("records"), lines);
    Process python =
        new ProcessBuilder("python3", JUDGE.toString(), file.toString())
            .redirectErrorStream(true)
            .start();
    String answer = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(python.waitFor()).as(answer).isZero();
    Matcher verdict = VERDICT.matcher(answer);
    assertThat(verdict.matches()).as(answer).isTrue();
    return Integer.parseInt(verdict.group(1));
  }

  private static Optional<Bytes> again(Bytes record) {
    try {
      JsonRecord made = CODEC.toJson(record);
      String jsonb = Jsonb.text(made.json().toUtf8());
      return made.exact()
          ? Optional.of(CODEC.toRecord(made.classModule(), made.className(), Bytes.ofUtf8(jsonb)))
          : Optional.empty();
    } catch (CodecException e) {
      return Optional.empty();
    }
  }
}
