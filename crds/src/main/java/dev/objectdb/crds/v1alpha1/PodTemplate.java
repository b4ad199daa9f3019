package dev.objectdb.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the user may say about server pods: the part of a pod template that neither breaks a server
 * nor the Pod Security Standard "restricted". The names of what the operator makes itself are
 * reserved.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "!has(self.initContainers) || !has(self.sidecars)"
            + " || self.initContainers.all(it, self.sidecars.all(beside, beside.name != it.name))",
    message =
        "podTemplate: an init container and a sidecar have the same name: give one of them another")
public record PodTemplate(
    @JsonPropertyDescription("Labels that server pods get besides the operator's own.")
        @ValidationRule(
            value =
                "self.all(key, !key.startsWith('app.kubernetes.io/')"
                    + " && !key.startsWith('objectdb.dev/'))",
            message =
                "podTemplate.labels: app.kubernetes.io/ and objectdb.dev/ are the operator's own:"
                    + " choose another prefix")
        @Nullable Map<String, String> labels,
    @JsonPropertyDescription("Annotations that server pods get besides the operator's own.")
        @ValidationRule(
            value = "self.all(key, !key.startsWith('objectdb.dev/'))",
            message =
                "podTemplate.annotations: objectdb.dev/ is the operator's own: choose another"
                    + " prefix")
        @Nullable Map<String, String> annotations,
    @JsonPropertyDescription(
            "ServiceAccount that servers run as. When left out, the operator makes one that may do"
                + " nothing. Its token is not mounted in either case.")
        @Size(min = 1, max = 253)
        @Pattern("^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")
        @Nullable String serviceAccountName,
    @JsonPropertyDescription(
            "What a server asks of its node. Whatever is left out is computed: 250m of CPU without"
                + " a limit; memory for the program, the cache and the pool; twice the memory"
                + " request as its limit.")
        @Nullable PodResources resources,
    @JsonPropertyDescription("Labels of the nodes that servers may run on.")
        @Nullable Map<String, String> nodeSelector,
    @JsonPropertyDescription("Which nodes and which neighbours servers want; as in any pod.")
        @Nullable Affinity affinity,
    @JsonPropertyDescription("Taints of nodes that servers may run on all the same; as in any pod.")
        @Size(max = 32)
        @Nullable List<Toleration> tolerations,
    @JsonPropertyDescription(
            "How servers are spread, as in any pod. When left out, over nodes and over zones, as"
                + " far as there are any. A labelSelector that is left out selects the servers.")
        @Size(max = 16)
        @Nullable List<TopologySpreadConstraint> topologySpreadConstraints,
    @JsonPropertyDescription("PriorityClass of the servers.") @Size(min = 1, max = 253)
        @Nullable String priorityClassName,
    @JsonPropertyDescription("RuntimeClass of the servers.") @Size(min = 1, max = 253)
        @Nullable String runtimeClassName,
    @JsonPropertyDescription(
            "Numbers of user and groups that servers run with. The rest is fixed: no root, no"
                + " privilege, a read-only root file system.")
        @Nullable PodUser securityContext,
    @JsonPropertyDescription("Environment variables for the servers' container.")
        @Size(max = 64)
        @ValidationRule(
            value =
                "self.all(it, !it.name.startsWith('OBJECTDB_') && it.name !="
                    + " 'JAVA_TOOL_OPTIONS')",
            message =
                "podTemplate.env: OBJECTDB_... and JAVA_TOOL_OPTIONS are set by the operator: use"
                    + " the fields of the resource, and jvmOptions")
        @Nullable List<EnvVar> env,
    @JsonPropertyDescription(
            "Secrets and ConfigMaps whose keys become environment variables of the servers'"
                + " container.")
        @Size(max = 16)
        @Nullable List<EnvFromSource> envFrom,
    @JsonPropertyDescription("Volumes for volumeMounts, initContainers and sidecars.")
        @Size(max = 32)
        @ValidationRule(
            value =
                "self.all(it, !(it.name in ['postgres', 'postgres-ca', 'settings', 'tmp',"
                    + " 'zeo-client-ca', 'zeo-tls']))",
            message =
                "podTemplate.volumes: the operator has volumes of its own named postgres,"
                    + " postgres-ca, settings, tmp, zeo-client-ca and zeo-tls: choose another name")
        @Nullable List<PodVolume> volumes,
    @JsonPropertyDescription("Where volumes appear in the servers' container.")
        @Size(max = 32)
        @ValidationRule(
            value =
                "self.all(it, !(it.mountPath in ['/tmp', '/tmp/', '/etc/objectdb'])"
                    + " && !it.mountPath.startsWith('/etc/objectdb/'))",
            message =
                "podTemplate.volumeMounts: /tmp and /etc/objectdb are the operator's own: mount it"
                    + " elsewhere")
        @Nullable List<VolumeMount> volumeMounts,
    @JsonPropertyDescription("Containers that run to their end before a server starts.")
        @Size(max = 8)
        @ValidationRule(
            value = "self.all(it, it.name != 'objectdb')",
            message =
                "podTemplate.initContainers: objectdb is the server's own container: choose another"
                    + " name")
        @Nullable List<PodContainer> initContainers,
    @JsonPropertyDescription("Containers that run beside a server.")
        @Size(max = 8)
        @ValidationRule(
            value = "self.all(it, it.name != 'objectdb')",
            message =
                "podTemplate.sidecars: objectdb is the server's own container: choose another"
                    + " name")
        @Nullable List<PodContainer> sidecars,
    @JsonPropertyDescription("Seconds that a server gets to end before it is killed.")
        @Default("60")
        @Min(30)
        @Max(3600)
        int terminationGracePeriodSeconds) {

  /** Numbers of user and groups. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record PodUser(
      @JsonPropertyDescription("Number of the user; when left out, it is the image's.") @Min(1)
          @Nullable Long runAsUser,
      @JsonPropertyDescription("Number of the user's first group.") @Min(1)
          @Nullable Long runAsGroup,
      @JsonPropertyDescription("Number of the group that volumes belong to.") @Min(1)
          @Nullable Long fsGroup,
      @JsonPropertyDescription("Numbers of further groups.") @Size(max = 16)
          @Nullable List<Long> supplementalGroups) {}
}
