package dev.objectdb.operator.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresAddressTest {
  @Test
  void aUriIsTakenApart() {
    PostgresAddress address =
        PostgresAddress.parse("postgresql://zope:p%40ss%2Fw+d@pg.plone:5433/zodb?sslmode=require");
    assertThat(address.user()).isEqualTo("zope");
    assertThat(address.hosts()).isEqualTo("pg.plone:5433");
    assertThat(address.database()).isEqualTo("zodb");
    assertThat(address.sslMode()).isEqualTo("require");
    assertThat(address.login()).containsEntry("password", "p@ss/w+d");
    assertThat(address.jdbcUrl()).isEqualTo("jdbc:postgresql://pg.plone:5433/zodb");
  }

  @Test
  void hostsMayBeSeveralAndMayBeNumbers() {
    assertThat(PostgresAddress.parse("postgres://u@a:1,b,[::1]:3/d").hosts())
        .isEqualTo("a:1,b:5432,[::1]:3");
    assertThat(PostgresAddress.parse("host=a,b port=7 user=u").hosts()).isEqualTo("a:7,b:7");
  }

  @Test
  void anAtInAParameterIsNoneOfTheLogin() {
    PostgresAddress address =
        PostgresAddress.parse("postgresql://u:p@pg/db?application_name=me@home&sslmode=require");
    assertThat(address.hosts()).isEqualTo("pg:5432");
    assertThat(address.login()).containsEntry("password", "p").containsEntry("user", "u");
  }

  @Test
  void aServiceThatIsNamedFromItsOwnNamespaceIsFoundFromAnother() {
    PostgresAddress address =
        PostgresAddress.parse("postgres://u@pg-rw:1,pg.other,10.0.0.7,[::1]/d");
    assertThat(address.within("plone").hosts())
        .isEqualTo("pg-rw.plone.svc:1,pg.other:5432,10.0.0.7:5432,[::1]:5432");
    assertThat(PostgresAddress.parse("host=localhost user=u").within("plone").hosts())
        .isEqualTo("localhost:5432");
  }

  @Test
  void pairsAreTakenApart() {
    PostgresAddress address =
        PostgresAddress.parse("host=db user=zope password='it\\'s \\\\ quoted' dbname = zodb");
    assertThat(address.login()).containsEntry("password", "it's \\ quoted");
    assertThat(address.database()).isEqualTo("zodb");
  }

  @Test
  void theDatabaseIsByDefaultThatOfTheUser() {
    assertThat(PostgresAddress.parse("postgresql://zope@pg").database()).isEqualTo("zope");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mysql://u:swordfish@pg/db",
        "postgresql:///db",
        "postgresql://pg/db",
        "swordfish",
        "",
        "postgresql://u:%zzswordfish@pg/db"
      })
  void whatIsNoAddressIsRefusedWithoutShowingIt(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PostgresAddress.parse(text))
        .withMessageNotContaining("swordfish");
  }

  @Test
  void noPasswordIsEverShown() {
    assertThat(PostgresAddress.parse("postgresql://u:swordfish@pg/db"))
        .hasToString("postgresql://u@pg:5432/db");
  }
}
