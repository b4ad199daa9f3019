package dev.objectdb.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How servers are replaced when something changes that needs new pods. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "!has(self.maxSurge) || !has(self.maxUnavailable)"
            + " || (has(self.type) && self.type == 'Recreate')"
            + " || self.maxSurge + self.maxUnavailable > 0",
    message =
        "updateStrategy: with maxSurge and maxUnavailable both 0 no server could ever be replaced:"
            + " set maxSurge to 1")
public record UpdateStrategy(
    @JsonPropertyDescription(
            "Rolling replaces servers step by step, while others serve. Recreate ends all of them"
                + " before the first new one starts.")
        @Default("Rolling")
        Type type,
    @JsonPropertyDescription(
            "Servers above replicas while they are replaced; with 1 clients never see fewer than"
                + " replicas.")
        @Default("1")
        @Min(0)
        @Max(64)
        int maxSurge,
    @JsonPropertyDescription(
            "Servers below replicas while they are replaced. With more than 0 no room on the nodes"
                + " is needed for a further one.")
        @Default("0")
        @Min(0)
        @Max(64)
        int maxUnavailable,
    @JsonPropertyDescription(
            "How long a new server has to be ready before the next one is replaced. Example: 10s.")
        @Default("10s")
        @Size(max = 12)
        @Pattern(ObjectDatabaseSpec.DURATION)
        @ValidationRule(
            value = "duration(self) <= duration('1h')",
            message = "updateStrategy.pauseBetweenPods must be at most 1h: set it to about 10s")
        String pauseBetweenPods,
    @JsonPropertyDescription(
            "When servers may be replaced. Outside of it what needs new pods waits, unless no"
                + " server serves; everything else takes effect at once, and what has begun is"
                + " finished. When left out, they may be replaced at any time.")
        @Nullable Window window) {

  /** In which order servers are replaced. */
  public enum Type {
    Rolling,
    Recreate,
  }

  /** A day of the week. */
  public enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
  }

  /** Times of the week. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Window(
      @JsonPropertyDescription(
              "Time zone of start, by its name in the tz database. Example: Europe/Berlin.")
          @Default("Etc/UTC")
          @Size(min = 1, max = 64)
          @Pattern("^[A-Za-z][-+A-Za-z0-9_/]*$")
          String timeZone,
      @JsonPropertyDescription("Days on which it begins: Mon to Sun. When left out, every day.")
          @Size(min = 1, max = 7)
          @Nullable List<Day> days,
      @JsonPropertyDescription("Time of day at which it begins. Example: 02:30.")
          @Required
          @Size(max = 5)
          @Pattern("^([01][0-9]|2[0-3]):[0-5][0-9]$")
          String start,
      @JsonPropertyDescription("How long it lasts. Example: 2h.")
          @Required
          @Size(max = 12)
          @Pattern(ObjectDatabaseSpec.DURATION)
          @ValidationRule(
              value = "duration(self) >= duration('10m') && duration(self) <= duration('24h')",
              message =
                  "updateStrategy.window.duration must be between 10m and 24h: set it to about 2h")
          String duration) {}
}
