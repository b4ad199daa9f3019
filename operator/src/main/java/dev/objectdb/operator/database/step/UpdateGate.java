package dev.objectdb.operator.database.step;

import dev.objectdb.crds.v1alpha1.UpdateStrategy.Window;
import dev.objectdb.operator.database.observe.PodTrouble;
import dev.objectdb.operator.database.status.Reason;
import dev.objectdb.operator.kube.Labels.Component;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/**
 * Holds back what would disturb servers while the declared window is closed. Where nothing serves
 * nothing is disturbed. A window of an unknown time zone never opens.
 */
public final class UpdateGate {
  private static final String UNKNOWN_ZONE =
      "spec.updateStrategy.window.timeZone: there is no time zone %s, so the window never opens:"
          + " write one of the tz database, as in Europe/Berlin";
  private static final String OPENS = "spec.updateStrategy.window opens at %s";

  private final Clock clock;

  public UpdateGate(Clock clock) {
    this.clock = clock;
  }

  /** Why it is closed. */
  record Closed(Reason reason, String text) {}

  /** Advises, if the window can never open. */
  public static void advise(Pass pass) {
    Window declared = pass.database().getSpec().updateStrategy().window();
    if (declared != null && UpdateWindow.of(declared).isEmpty()) {
      pass.found().advise(Reason.UnknownTimeZone, UNKNOWN_ZONE.formatted(declared.timeZone()));
    }
  }

  /** Returns why what would disturb servers has to wait, if it has to. */
  Optional<Closed> closed(Pass pass) {
    Window declared = pass.database().getSpec().updateStrategy().window();
    boolean serving = pass.seen().pods(Component.SERVER).stream().anyMatch(PodTrouble::isReady);
    if (declared == null || !serving) {
      return Optional.empty();
    }
    Instant now = clock.instant();
    Optional<UpdateWindow> window = UpdateWindow.of(declared);
    if (window.isEmpty()) {
      String text = UNKNOWN_ZONE.formatted(declared.timeZone());
      return Optional.of(new Closed(Reason.UnknownTimeZone, text));
    }
    return window
        .filter(it -> !it.isOpen(now))
        .map(it -> new Closed(Reason.UpdateWindowClosed, OPENS.formatted(it.next(now))));
  }
}
