package dev.objectdb.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.crud.AttributeSet;
import io.fabric8.mockwebserver.dsl.HttpMethod;
import io.fabric8.mockwebserver.http.Buffer;
import io.fabric8.mockwebserver.http.Headers;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The mock server's store, with server-side apply, which that lacks: an absent object is created, a
 * present one merged (lists replaced, where the mock's own patch appends), and what changes nothing
 * leaves the version as it is. No field ownership, no defaults, no validation: those are for tests
 * on a real API server.
 *
 * <p>It keeps a record of what was written, and refuses what it is told to.
 */
final class SsaDispatcher extends KubernetesCrudDispatcher {
  private static final String APPLY = "application/apply-patch+yaml";

  private static final String MAY_DO_EVERYTHING =
      """
      {"kind": "SelfSubjectRulesReview", "apiVersion": "authorization.k8s.io/v1",
       "status": {"incomplete": false, "nonResourceRules": [], "resourceRules":
        [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]}}
      """;

  private final Queue<String> writes = new ConcurrentLinkedQueue<>();
  private final AtomicInteger secretsRead = new AtomicInteger();
  private volatile String refused = "nothing";
  private volatile int code = 403;
  private volatile String cause = "";

  /** Returns how many Secrets were read: every pass reads one at its beginning. */
  int secretsRead() {
    return secretsRead.get();
  }

  /** Returns method and path of every request that wrote or could have. */
  Queue<String> writes() {
    return writes;
  }

  /** Answers 403 to writes, but deletions, of paths with that text in them. */
  void refuse(String text) {
    refuse(text, 403);
  }

  /** Answers so to writes, but deletions, of paths with that text in them. */
  void refuse(String text, int answer) {
    code = answer;
    refused = text;
  }

  /** Answers 403 to writes of such paths, as for a namespace that is being deleted. */
  void terminateNamespace(String text) {
    cause = "NamespaceTerminating";
    refused = text;
  }

  @Override
  public MockResponse dispatch(RecordedRequest request) {
    if (path(request).endsWith("/selfsubjectrulesreviews")) {
      return new MockResponse().setResponseCode(201).setBody(MAY_DO_EVERYTHING);
    }
    if (request.method() != HttpMethod.GET && !path(request).contains("/leases")) {
      writes.add(request.method() + " " + path(request));
      if (request.method() != HttpMethod.DELETE && path(request).contains(refused)) {
        return new MockResponse()
            .setResponseCode(code)
            .setBody(
                """
                {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": %d,
                 "reason": "Forbidden", "message": "the quota is used up",
                 "details": {"causes": [{"reason": "%s"}]}}
                """
                    .formatted(code, cause));
      }
    }
    if (request.method() == HttpMethod.GET && path(request).contains("/secrets/")) {
      secretsRead.incrementAndGet();
    }
    return super.dispatch(request);
  }

  @Override
  public MockResponse handlePatch(RecordedRequest request) {
    String type = request.getHeader("Content-Type");
    if (type == null || !type.startsWith(APPLY)) {
      return super.handlePatch(request);
    }
    String path = path(request);
    String body = request.getUtf8Body(); // which can be read only once
    Map.Entry<AttributeSet, String> found = findResource(getKey(path));
    if (found == null) {
      String collection = path.substring(0, path.lastIndexOf('/'));
      return super.handleCreate(like(collection, body, HttpMethod.POST));
    }
    JsonNode live = Serialization.unmarshal(found.getValue(), JsonNode.class);
    JsonNode patch = Serialization.unmarshal(body, JsonNode.class);
    JsonNode merged = merged(live, patch);
    if (merged.equals(live)) {
      return new MockResponse().setResponseCode(200).setBody(found.getValue());
    }
    return super.handleUpdate(like(path, merged.toString(), HttpMethod.PUT));
  }

  private static JsonNode merged(JsonNode live, JsonNode patch) {
    if (!(live instanceof ObjectNode) || !(patch instanceof ObjectNode)) {
      return patch;
    }
    ObjectNode result = live.deepCopy();
    for (Map.Entry<String, JsonNode> field : patch.properties()) {
      result.set(field.getKey(), merged(live.path(field.getKey()), field.getValue()));
    }
    return result;
  }

  private static String path(RecordedRequest request) {
    return request.getPath().split("\\?", 2)[0];
  }

  private static RecordedRequest like(String path, String body, HttpMethod method) {
    return new RecordedRequest(
        "HTTP/1.1",
        method,
        path,
        Headers.builder().add("Content-Type", "application/json").build(),
        new Buffer(body.getBytes(StandardCharsets.UTF_8)));
  }
}
