package dev.objectdb.operator.reference;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.Cache;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A cache that holds one database. */
record OneDatabase(ObjectDatabase database) implements Cache<ObjectDatabase> {
  @Override
  public Optional<ObjectDatabase> get(ResourceID id) {
    return Optional.of(database);
  }

  @Override
  public Stream<ResourceID> keys() {
    return Stream.of(ResourceID.fromResource(database));
  }

  @Override
  public Stream<ObjectDatabase> list(Predicate<ObjectDatabase> predicate) {
    return Stream.of(database).filter(predicate);
  }
}
