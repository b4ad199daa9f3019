package dev.objectdb.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.objectdb.storage.pg.PgUri;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountedLoginTest {
  private final Path directory;

  MountedLoginTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void aUriIsTakenWhereThereIsOne() throws IOException {
    put("uri", "postgresql://zope:one@db/zodb");
    put("host", "elsewhere");
    assertThat(login().now()).isEqualTo(PgUri.parse("postgresql://zope:one@db/zodb"));
  }

  @Test
  void partsMakeAnAddressToo() throws IOException {
    put("host", "db");
    put("port", "6543");
    put("dbname", "zodb");
    put("username", "zope");
    put("password", "it's one");
    assertThat(login().now())
        .isEqualTo(PgUri.parse("host=db port=6543 dbname=zodb user=zope password='it\\'s one'"));
  }

  @Test
  void aPasswordThatIsReplacedIsTakenByTheNextSession() throws IOException {
    put("uri", "postgresql://zope:one@db/zodb");
    MountedLogin login = login();
    put("uri", "postgresql://zope:two@db/zodb");
    assertThat(login.now()).isEqualTo(PgUri.parse("postgresql://zope:two@db/zodb"));
  }

  @Test
  void anotherPlaceIsNotTaken() throws IOException {
    put("uri", "postgresql://zope:one@db/zodb");
    MountedLogin login = login();
    put("uri", "postgresql://zope:two@elsewhere/zodb");
    assertThat(login.now()).isEqualTo(PgUri.parse("postgresql://zope:one@db/zodb"));
  }

  @Test
  void anotherUserIsAnotherPlaceWhereTheDatabaseIsNamedAfterThem() throws IOException {
    put("uri", "postgresql://zope:one@db");
    MountedLogin login = login();
    put("uri", "postgresql://plone:two@db");
    assertThat(login.now()).isEqualTo(PgUri.parse("postgresql://zope:one@db"));
    put("uri", "postgresql://plone:two@db/zope");
    assertThat(login.now()).isEqualTo(PgUri.parse("postgresql://plone:two@db/zope"));
  }

  @Test
  void whatCannotBeReadChangesNothing() throws IOException {
    put("uri", "postgresql://zope:one@db/zodb");
    MountedLogin login = login();
    put("uri", "half of a file");
    assertThat(login.now()).isEqualTo(PgUri.parse("postgresql://zope:one@db/zodb"));
    Files.delete(directory.resolve("uri"));
    assertThat(login.now()).isEqualTo(PgUri.parse("postgresql://zope:one@db/zodb"));
  }

  @Test
  void settingsHoldWhateverTheFilesSay() throws IOException {
    put("uri", "postgresql://zope:one@db/zodb?sslmode=disable");
    assertThat(new MountedLogin(directory, Map.of("sslmode", "require", "dbname", "other")).now())
        .isEqualTo(PgUri.parse("postgresql://zope:one@db/other?sslmode=require"));
  }

  @Test
  void filesThatAreNoAddressAreRefusedAtTheStartWithoutShowingThem() throws IOException {
    put("uri", "canary-7f3a");
    assertThatIllegalArgumentException()
        .isThrownBy(this::login)
        .withMessageNotContaining("canary-7f3a");
  }

  @Test
  void noPasswordIsEverShown() throws IOException {
    put("uri", "postgresql://zope:canary-7f3a@db/zodb");
    assertThat(login()).hasToString("postgresql://zope@db:5432/zodb");
  }

  private MountedLogin login() throws IOException {
    return new MountedLogin(directory, Map.of());
  }

  private void put(String file, String text) throws IOException {
    Files.writeString(directory.resolve(file), text + "\n");
  }
}
