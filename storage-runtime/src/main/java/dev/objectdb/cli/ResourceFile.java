package dev.objectdb.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.objectdb.server.ConfigException;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * The documents of one YAML file, as {@code kubectl apply -f} would take it: an ObjectDatabase, the
 * Secrets it names, and whatever else a cluster needs and this machine does not.
 *
 * @param database the ObjectDatabase, as it was written
 * @param secrets by their names
 * @param ignored kind and name of each other document
 */
record ResourceFile(
    Path path, ObjectNode database, Map<String, SecretDocument> secrets, List<String> ignored) {

  private static final String GROUP = "objectdb.dev/";
  private static final YAMLMapper YAML =
      YAMLMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  ResourceFile {
    secrets = Map.copyOf(secrets);
    ignored = List.copyOf(ignored);
  }

  /**
   * Reads the file.
   *
   * @param name which ObjectDatabase to take, or null where there is only one
   * @throws ConfigException if the file is not there, is no YAML, or leaves open what to run
   */
  static ResourceFile read(Path path, @Nullable String name) {
    List<ObjectNode> databases = new ArrayList<>();
    Map<String, SecretDocument> secrets = new HashMap<>();
    List<String> ignored = new ArrayList<>();
    for (ObjectNode document : documents(path)) {
      String kind = document.path("kind").asText();
      if (kind.equals("ObjectDatabase") && document.path("apiVersion").asText().startsWith(GROUP)) {
        databases.add(document);
      } else if (kind.equals("Secret")) {
        secrets.put(nameOf(document), new SecretDocument(path, nameOf(document), document));
      } else {
        ignored.add("%s %s".formatted(kind.isEmpty() ? "document" : kind, nameOf(document)));
      }
    }
    return new ResourceFile(path, choose(path, databases, name), secrets, ignored);
  }

  /** Returns the name of the database, "" if it has none. */
  String name() {
    return nameOf(database);
  }

  private static ObjectNode choose(Path path, List<ObjectNode> databases, @Nullable String name) {
    List<String> names = databases.stream().map(ResourceFile::nameOf).toList();
    if (databases.isEmpty()) {
      throw new ConfigException(
          "%s: there is no ObjectDatabase in it: add a document with apiVersion".formatted(path)
              + " objectdb.dev/v1alpha1 and kind ObjectDatabase, as in examples/objectdb.yaml");
    }
    if (name != null) {
      int index = names.indexOf(name);
      if (index < 0) {
        throw new ConfigException(
            "%s: there is no ObjectDatabase \"%s\" in it: give one of %s as --name"
                .formatted(path, name, String.join(", ", names)));
      }
      return databases.get(index);
    }
    if (databases.size() > 1) {
      throw new ConfigException(
          "%s: there are several ObjectDatabases in it: choose one of %s with --name"
              .formatted(path, String.join(", ", names)));
    }
    return databases.getFirst();
  }

  private static List<ObjectNode> documents(Path path) {
    List<ObjectNode> found = new ArrayList<>();
    try (Reader text = Files.newBufferedReader(path);
        MappingIterator<JsonNode> documents =
            YAML.readerFor(JsonNode.class).readValues(YAML.createParser(text))) {
      while (documents.hasNext()) {
        JsonNode document = documents.next();
        if (document instanceof ObjectNode object) {
          found.add(object);
        } else if (!document.isNull() && !document.isMissingNode()) {
          throw new ConfigException(
              "%s: document %d is no mapping: correct it or take it out"
                  .formatted(path, found.size() + 1));
        }
      }
      return found;
    } catch (NoSuchFileException e) {
      throw new ConfigException("%s: there is no such file: correct the path".formatted(path));
    } catch (JsonProcessingException e) {
      throw notYaml(path, e);
    } catch (RuntimeException e) {
      if (e.getCause() instanceof JsonProcessingException cause) {
        throw notYaml(path, cause);
      }
      throw e;
    } catch (MalformedInputException e) {
      throw new ConfigException("%s: this is not UTF-8 text: save it as such".formatted(path));
    } catch (IOException e) {
      throw new ConfigException("%s: cannot be read: %s".formatted(path, e.getMessage()));
    }
  }

  private static ConfigException notYaml(Path path, JsonProcessingException e) {
    String why = e.getOriginalMessage();
    int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
    // The parser below knows better: what it found, and where that is.
    if (e.getCause() instanceof MarkedYAMLException marked && marked.getProblemMark() != null) {
      why = marked.getProblem();
      line = marked.getProblemMark().getLine() + 1;
    }
    return new ConfigException(
        "%s: line %d: this is not YAML (%s): correct that line or the one before"
            .formatted(path, line, why.lines().findFirst().orElse("syntax error")));
  }

  private static String nameOf(ObjectNode document) {
    return document.path("metadata").path("name").asText();
  }
}
