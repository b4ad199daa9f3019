package dev.objectdb.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * The rules between fields: the {@code x-kubernetes-validations} of the schema, written in CEL.
 *
 * <p>Each rule sees the value it stands at as {@code self}. Rules that speak of {@code oldSelf}
 * compare with an earlier version of the resource; here there is none, so they do not apply, as
 * when a resource is created.
 */
final class CelRules {
  private static final String KEYWORD = "x-kubernetes-validations";
  private static final Pattern TRANSITION = Pattern.compile("\\boldSelf\\b");
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final CelCompiler compiler =
      CelCompilerFactory.standardCelCompilerBuilder()
          .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
          .addLibraries(CelExtensions.strings())
          .addVar("self", SimpleType.DYN)
          .build();
  private final CelRuntime runtime =
      CelRuntimeFactory.standardCelRuntimeBuilder().addLibraries(CelExtensions.strings()).build();
  private final CrdSchema crd;

  CelRules(CrdSchema crd) {
    this.crd = crd;
  }

  /** Returns what is wrong, each as "field: problem", in the order of the schema. */
  List<String> problems(JsonNode resource) {
    Set<String> found = new LinkedHashSet<>();
    check(crd.root(), resource, "", found);
    return new ArrayList<>(found);
  }

  private void check(JsonNode schema, JsonNode value, String path, Set<String> found) {
    if (value.isNull() || schema.isMissingNode()) {
      return;
    }
    for (JsonNode rule : schema.path(KEYWORD)) {
      String expression = rule.path("rule").asText();
      if (!TRANSITION.matcher(expression).find() && !holds(expression, value)) {
        String field = path + rule.path("fieldPath").asText();
        found.add("%s: %s".formatted(field.isEmpty() ? "the resource" : field, message(rule)));
      }
    }
    if (value.isArray()) {
      for (int i = 0; i < value.size(); i++) {
        check(schema.path("items"), value.path(i), "%s[%d]".formatted(path, i), found);
      }
    }
    for (Map.Entry<String, JsonNode> it : value.properties()) {
      String field = path.isEmpty() ? it.getKey() : path + "." + it.getKey();
      check(CrdSchema.child(schema, it.getKey()), it.getValue(), field, found);
    }
  }

  private static String message(JsonNode rule) {
    return rule.path("message").asText("must satisfy " + rule.path("rule").asText());
  }

  private boolean holds(String expression, JsonNode value) {
    try {
      CelRuntime.Program program = runtime.createProgram(compiler.compile(expression).getAst());
      return Boolean.TRUE.equals(program.eval(Map.of("self", cel(value))));
    } catch (CelValidationException e) {
      throw new IllegalStateException("a rule of the schema does not compile: " + expression, e);
    } catch (CelEvaluationException e) {
      return false; // as in an API server: a rule without a result is a rule that is broken
    }
  }

  /** Turns JSON into CEL's values: whole numbers are 64 bits wide there. */
  private static Object cel(JsonNode value) {
    if (value.isIntegralNumber()) {
      return value.longValue();
    }
    if (value.isObject()) {
      Map<String, Object> map = new LinkedHashMap<>();
      value.properties().forEach(it -> map.put(it.getKey(), cel(it.getValue())));
      return map;
    }
    if (value.isArray()) {
      return StreamSupport.stream(value.spliterator(), false).map(CelRules::cel).toList();
    }
    return MAPPER.convertValue(value, Object.class);
  }
}
