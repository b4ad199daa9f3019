package dev.objectdb.operator.database.step;

import dev.objectdb.crds.v1alpha1.ObjectDatabaseSpec;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseStatus;
import dev.objectdb.operator.database.manifest.Servers;
import dev.objectdb.operator.database.status.ConditionType;
import dev.objectdb.operator.database.status.Reason;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.Optional;

/**
 * Which image servers run: the one that the resource names, or else the operator's default. A
 * default that was chosen once stays, so that an upgrade of the operator moves no servers, unless
 * the resource wants to follow it; where the status is lost, the Deployment remembers it. Who takes
 * an image back that never served gets the one that did.
 */
public final class ImageChoice {
  private static final String UPGRADE =
      "the servers run %s, and the operator would choose %s today: set spec.image to it, or"
          + " spec.updatePolicy to FollowOperator";

  private final String defaultImage;

  /**
   * Makes it.
   *
   * @param defaultImage of new databases that name none
   */
  public ImageChoice(String defaultImage) {
    this.defaultImage = defaultImage;
  }

  /** Returns the image that servers should run. */
  public String wanted(Pass pass) {
    ObjectDatabaseSpec spec = pass.database().getSpec();
    Optional<String> pinned =
        switch (spec.updatePolicy()) {
          case Pinned ->
              Optional.ofNullable(pass.database().getStatus())
                  .map(ObjectDatabaseStatus::image)
                  .or(() -> deployed(pass));
          case FollowOperator -> Optional.empty();
        };
    return Optional.ofNullable(spec.image()).or(() -> pinned).orElse(defaultImage);
  }

  /** Returns the image that servers were last made with. */
  public static Optional<String> deployed(Pass pass) {
    return pass.seen().named(Deployment.class, Servers.name(pass.database())).map(Servers::imageOf);
  }

  /** Tells if the operator would choose another one today. */
  public void tellUpgrade(Pass pass) {
    String wanted = wanted(pass);
    if (pass.database().getSpec().image() == null && !wanted.equals(defaultImage)) {
      String message = UPGRADE.formatted(wanted, defaultImage);
      pass.found().tell(ConditionType.UpgradeAvailable, true, Reason.NewImageAvailable, message);
    }
  }
}
