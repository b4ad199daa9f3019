package dev.objectdb.e2e;

import java.util.Objects;

/** Where a cluster finds the images under test. */
final class Images {
  private Images() {}

  /** The name of one of our images without its tag; e2e/run says what stands before it. */
  static String repository(String name) {
    return property("e2e.images") + "/" + name;
  }

  /** The full name of one of our images. */
  static String image(String name) {
    return repository(name) + ":" + property("e2e.version");
  }

  private static String property(String name) {
    return Objects.requireNonNull(
        System.getProperty(name), () -> name + " is not set: use e2e/run");
  }
}
