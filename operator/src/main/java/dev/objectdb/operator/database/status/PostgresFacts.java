package dev.objectdb.operator.database.status;

import dev.objectdb.crds.v1alpha1.ObjectDatabaseStatus;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseStatus.Counts;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseStatus.Effective;
import dev.objectdb.operator.pg.Observation.Reached;
import dev.objectdb.operator.pg.Observation.Tables;
import dev.objectdb.operator.pg.PostgresAddress;
import java.math.BigDecimal;
import java.math.MathContext;
import org.jspecify.annotations.Nullable;

/** What the status says of PostgreSQL and of what is in it. */
public record PostgresFacts(
    ObjectDatabaseStatus.@Nullable Postgres postgres,
    @Nullable Counts counts,
    @Nullable Long databaseSizeBytes,
    @Nullable Long historyEpoch,
    @Nullable Effective effective) {
  /** Estimates are no better than that, and a status that follows each of them is never quiet. */
  private static final MathContext DIGITS = new MathContext(2);

  private static final PostgresFacts NONE = new PostgresFacts(null, null, null, null, null);

  /** Takes over what a look found. */
  public static PostgresFacts of(
      PostgresAddress address, Reached reached, int budgeted, int poolMax) {
    Tables tables = reached.tables();
    return new PostgresFacts(
        new ObjectDatabaseStatus.Postgres(
            reached.version(),
            address.hosts(),
            address.database(),
            tables == null ? null : tables.schemaVersion(),
            reached.connectionsMax(),
            budgeted),
        new Counts(
            rounded(reached.counts().objects()),
            rounded(reached.counts().transactions()),
            rounded(reached.counts().revisions())),
        rounded(reached.counts().bytes()),
        tables == null ? null : tables.epoch(),
        new Effective(poolMax));
  }

  /** Returns what a status said. */
  static PostgresFacts before(@Nullable ObjectDatabaseStatus status) {
    return status == null
        ? NONE
        : new PostgresFacts(
            status.postgres(),
            status.counts(),
            status.databaseSizeBytes(),
            status.historyEpoch(),
            status.effective());
  }

  private static @Nullable Long rounded(@Nullable Long number) {
    return number == null ? null : new BigDecimal(number).round(DIGITS).longValueExact();
  }
}
