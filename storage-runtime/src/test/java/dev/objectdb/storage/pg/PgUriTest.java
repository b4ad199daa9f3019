package dev.objectdb.storage.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.objectdb.storage.HistoryMode;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** libpq's two spellings, and what is refused of them. */
class PgUriTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "postgresql://zope:pw@db:6543/zodb;jdbc:postgresql://db:6543/zodb",
        "postgres://zope:pw@db/zodb;jdbc:postgresql://db:5432/zodb",
        "postgresql://zope@db;jdbc:postgresql://db:5432/zope",
        "postgresql://zope@db/;jdbc:postgresql://db:5432/zope",
        "postgresql://zope@a:1,b,c:3/zodb;jdbc:postgresql://a:1,b:5432,c:3/zodb",
        "postgresql://zope@[::1]:6543/zodb;jdbc:postgresql://[::1]:6543/zodb",
        "postgresql:///zodb?host=db&port=7&user=zope;jdbc:postgresql://db:7/zodb",
        "postgresql://zope@db/a%2Fb%20c;jdbc:postgresql://db:5432/a%2Fb+c",
        "host=db user=zope;jdbc:postgresql://db:5432/zope",
        "host=a,b port=7 user=zope dbname=zodb;jdbc:postgresql://a:7,b:7/zodb",
        "host = 'db' user = zope dbname = zodb;jdbc:postgresql://db:5432/zodb"
      })
  void bothFormsNameTheServer(String text, String url) {
    assertThat(PgUri.parse(text).jdbcUrl()).isEqualTo(url);
  }

  @Test
  void aPasswordMayHoldAnything() {
    assertThat(password("postgresql://u:p%40ss%2F%3A%25w@h/d")).isEqualTo("p@ss/:%w");
    assertThat(password("postgresql://u:a:b@h/d")).isEqualTo("a:b");
    assertThat(password("postgresql://u:a+b@h/d")).isEqualTo("a+b");
    assertThat(password("postgresql://u:p@ss@h/d")).isEqualTo("p@ss");
    assertThat(password("host=h user=u password='a \\'b\\' \\\\ c'")).isEqualTo("a 'b' \\ c");
    assertThat(password("host=h user=u password=a\\ b")).isEqualTo("a b");
    assertThat(password("postgresql://u@h/d?password=s%3Dt")).isEqualTo("s=t");
  }

  private static String password(String text) {
    return PgUri.parse(text).driverProperties().getProperty("password");
  }

  @Test
  void parametersReachTheDriverByItsNames() {
    Properties properties =
        PgUri.parse(
                "postgresql://u@h/d?sslmode=verify-full&sslrootcert=/ca.pem&connect_timeout=3"
                    + "&application_name=shop&options=-c%20objectdb.import%3Don"
                    + "&target_session_attrs=read-write&channel_binding=require")
            .driverProperties();
    assertThat(properties)
        .containsEntry("sslmode", "verify-full")
        .containsEntry("sslrootcert", "/ca.pem")
        .containsEntry("connectTimeout", "3")
        .containsEntry("ApplicationName", "shop")
        .containsEntry("options", "-c objectdb.import=on")
        .containsEntry("targetServerType", "primary")
        .containsEntry("channelBinding", "require");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "host=a user=u;primary",
        "postgresql://u@a,b/d;primary",
        "postgresql://u@a,b/d?target_session_attrs=any;any",
        "host=a user=u target_session_attrs=read-write;primary",
        "host=a user=u target_session_attrs=any;any"
      })
  void onlyAServerThatCanBeWrittenToIsUsedUnlessAnyIsAskedFor(String text, String type) {
    assertThat(PgUri.parse(text).driverProperties()).containsEntry("targetServerType", type);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "postgresql://u@/d;names no host",
        "postgresql://u@%2Fvar%2Frun/d;unix sockets are not supported",
        "host=/var/run/postgresql user=u;unix sockets are not supported",
        "postgresql://h/d;names no user",
        "postgresql://u@h/d?sslmod=require;sslmod",
        "postgresql://u@h/d?service=x;service",
        "postgresql://u@h/d?target_session_attrs=standby;target_session_attrs",
        "postgresql://u@h/d?client_encoding=LATIN1;client_encoding must be UTF8",
        "postgresql://u@h:99999/d;not a port number",
        "postgresql://u@h:x/d;not a port number",
        "host=a,b port=1,2,3 user=u;as many ports as hosts",
        "postgresql://u:%zz@h/d;percent-encoding",
        "postgresql://u@h/d?sslmode;name=value",
        "postgresql://u@[::1/d;closing bracket",
        "host=h user='u;closing quote",
        "jdbc:postgresql://h/d;postgresql://",
        "database;postgresql://"
      })
  void whatIsNotUnderstoodIsRefusedByName(String text, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PgUri.parse(text))
        .withMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgresql://zope:s3cret@db/zodb",
        "host=db user=zope password=s3cret dbname=zodb"
      })
  void noPasswordIsEverShown(String text) {
    PgUri uri = PgUri.parse(text);
    assertThat(uri.toString()).isEqualTo("postgresql://zope@db:5432/zodb");
    assertThat(PgConfig.of(uri, HistoryMode.FREE).toString()).doesNotContain("s3cret");
  }

  @Test
  void aSchemaNameThatWouldNeedQuotingIsRefused() {
    PgConfig config = PgConfig.of(PgUri.parse("host=h user=u"), HistoryMode.FREE);
    for (String bad : new String[] {"", "Zodb", "a-b", "a\"b", "pg_x", "1a", "a".repeat(64)}) {
      assertThatIllegalArgumentException().isThrownBy(() -> config.withSchema(bad));
    }
    assertThat(config.withSchema("zodb_1").schema()).isEqualTo("zodb_1");
  }
}
