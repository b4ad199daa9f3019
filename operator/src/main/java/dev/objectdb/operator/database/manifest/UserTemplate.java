package dev.objectdb.operator.database.manifest;

import dev.objectdb.crds.v1alpha1.PodContainer;
import dev.objectdb.crds.v1alpha1.PodResources;
import dev.objectdb.crds.v1alpha1.PodTemplate;
import dev.objectdb.crds.v1alpha1.PodTemplate.PodUser;
import dev.objectdb.crds.v1alpha1.PodVolume;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSecurityContextBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraintBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Lays what the user says about server pods over what the operator makes. Where both say something,
 * the rules of the resource have refused it, and the operator's word would hold.
 */
final class UserTemplate {
  private UserTemplate() {}

  /** Returns the pods that both want; the server's container stays the first one. */
  static PodTemplateSpec over(PodTemplateSpec ours, PodTemplate user) {
    return new PodTemplateSpecBuilder(ours)
        .editMetadata()
        .withLabels(merged(user.labels(), ours.getMetadata().getLabels()))
        .withAnnotations(merged(user.annotations(), ours.getMetadata().getAnnotations()))
        .endMetadata()
        .withSpec(pod(ours.getSpec(), user))
        .build();
  }

  private static PodSpec pod(PodSpec ours, PodTemplate user) {
    PodSpecBuilder pod =
        new PodSpecBuilder(ours)
            .withNodeSelector(user.nodeSelector())
            .withAffinity(user.affinity())
            .withTolerations(list(user.tolerations()))
            .withPriorityClassName(user.priorityClassName())
            .withRuntimeClassName(user.runtimeClassName())
            .withSecurityContext(security(ours.getSecurityContext(), user.securityContext()))
            .withTerminationGracePeriodSeconds((long) user.terminationGracePeriodSeconds())
            .addAllToVolumes(list(user.volumes()).stream().map(UserTemplate::volume).toList())
            .addAllToInitContainers(containers(user.initContainers()))
            .withContainers(server(ours.getContainers().get(0), user))
            .addAllToContainers(containers(user.sidecars()));
    if (user.serviceAccountName() != null) {
      pod.withServiceAccountName(user.serviceAccountName());
    }
    if (user.topologySpreadConstraints() != null) {
      LabelSelector servers = ours.getTopologySpreadConstraints().get(0).getLabelSelector();
      pod.withTopologySpreadConstraints(
          user.topologySpreadConstraints().stream().map(it -> of(it, servers)).toList());
    }
    return pod.build();
  }

  /** Whoever leaves the selector out means the servers; Kubernetes would take it for no pod. */
  private static TopologySpreadConstraint of(
      TopologySpreadConstraint declared, LabelSelector servers) {
    return declared.getLabelSelector() != null
        ? declared
        : new TopologySpreadConstraintBuilder(declared).withLabelSelector(servers).build();
  }

  private static Container server(Container ours, PodTemplate user) {
    return new ContainerBuilder(ours)
        .addAllToEnv(list(user.env()))
        .addAllToEnvFrom(list(user.envFrom()))
        .addAllToVolumeMounts(list(user.volumeMounts()))
        .build();
  }

  private static List<Container> containers(@Nullable List<PodContainer> declared) {
    List<Container> containers = new ArrayList<>();
    for (PodContainer it : list(declared)) {
      PodResources resources = it.resources();
      containers.add(
          new ContainerBuilder()
              .withName(it.name())
              .withImage(it.image())
              .withImagePullPolicy(
                  it.imagePullPolicy() == null ? null : it.imagePullPolicy().name())
              .withCommand(list(it.command()))
              .withArgs(list(it.args()))
              .withEnv(list(it.env()))
              .withEnvFrom(list(it.envFrom()))
              .withVolumeMounts(list(it.volumeMounts()))
              .withResources(
                  resources == null
                      ? null
                      : new ResourceRequirementsBuilder()
                          .withRequests(resources.requests())
                          .withLimits(resources.limits())
                          .build())
              .withSecurityContext(Restricted.container())
              .build());
    }
    return containers;
  }

  private static Volume volume(PodVolume declared) {
    return new VolumeBuilder()
        .withName(declared.name())
        .withConfigMap(declared.configMap())
        .withSecret(declared.secret())
        .withEmptyDir(declared.emptyDir())
        .withPersistentVolumeClaim(declared.persistentVolumeClaim())
        .withProjected(declared.projected())
        .withCsi(declared.csi())
        .build();
  }

  private static PodSecurityContext security(PodSecurityContext ours, @Nullable PodUser user) {
    return user == null
        ? ours
        : new PodSecurityContextBuilder(ours)
            .withRunAsUser(user.runAsUser())
            .withRunAsGroup(user.runAsGroup())
            .withFsGroup(user.fsGroup())
            .withSupplementalGroups(list(user.supplementalGroups()))
            .build();
  }

  private static Map<String, String> merged(
      @Nullable Map<String, String> user, Map<String, String> ours) {
    Map<String, String> both = new TreeMap<>(user == null ? Map.of() : user);
    both.putAll(ours);
    return both;
  }

  private static <T> List<T> list(@Nullable List<T> declared) {
    return declared == null ? List.of() : declared;
  }
}
