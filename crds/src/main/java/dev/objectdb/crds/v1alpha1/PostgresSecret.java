package dev.objectdb.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** The Secret that tells how to reach a PostgreSQL database, in the resource's namespace. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PostgresSecret(
    @JsonPropertyDescription(
            "Name of a Secret in the same namespace, for example the one that CloudNativePG names"
                + " after its cluster with the suffix -app.")
        @Required
        @Size(min = 1, max = 253)
        @Pattern(SecretName.PATTERN)
        String name,
    @JsonPropertyDescription(
            "Which keys of the Secret to read: the URI where it has one, else the others.")
        @Default("{}")
        Keys keys) {

  /** Names of keys in the Secret; the defaults are the names that CloudNativePG writes. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Keys(
      @JsonPropertyDescription(
              "Key that holds the connection URI in libpq's form, as in"
                  + " postgresql://user:password@host:5432/dbname.")
          @Default("uri")
          @Size(min = 1, max = 253)
          @Pattern(KEY)
          String uri,
      @JsonPropertyDescription("Key that holds the host name, where there is no URI.")
          @Default("host")
          @Size(min = 1, max = 253)
          @Pattern(KEY)
          String host,
      @JsonPropertyDescription("Key that holds the port; without it, 5432.")
          @Default("port")
          @Size(min = 1, max = 253)
          @Pattern(KEY)
          String port,
      @JsonPropertyDescription("Key that holds the name of the database; without it, the user's.")
          @Default("dbname")
          @Size(min = 1, max = 253)
          @Pattern(KEY)
          String dbname,
      @JsonPropertyDescription("Key that holds the name of the user.")
          @Default("username")
          @Size(min = 1, max = 253)
          @Pattern(KEY)
          String username,
      @JsonPropertyDescription("Key that holds the password.")
          @Default("password")
          @Size(min = 1, max = 253)
          @Pattern(KEY)
          String password) {
    private static final String KEY = "^[-._a-zA-Z0-9]+$";

    /** The names that CloudNativePG writes, which are the defaults too. */
    public static final Keys CNPG =
        new Keys("uri", "host", "port", "dbname", "username", "password");
  }
}
