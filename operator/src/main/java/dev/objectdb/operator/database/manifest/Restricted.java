package dev.objectdb.operator.database.manifest;

import io.fabric8.kubernetes.api.model.KeyToPathBuilder;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSecurityContextBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.Map;
import java.util.TreeMap;

/** What the Pod Security Standard "restricted" asks for, and a little more. */
final class Restricted {
  private Restricted() {}

  /** The user is the image's, which must not be root. */
  static PodSecurityContext pod() {
    return new PodSecurityContextBuilder()
        .withRunAsNonRoot(true)
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .build();
  }

  static SecurityContext container() {
    return new SecurityContextBuilder()
        .withAllowPrivilegeEscalation(false)
        .withReadOnlyRootFilesystem(true)
        .withNewCapabilities()
        .withDrop("ALL")
        .endCapabilities()
        .build();
  }

  /** A directory that lives and dies with the pod; a pod that overfills it is evicted. */
  static Volume scratch(String name, String sizeMax) {
    return new VolumeBuilder()
        .withName(name)
        .withNewEmptyDir()
        .withSizeLimit(new Quantity(sizeMax))
        .endEmptyDir()
        .build();
  }

  /**
   * A Secret as files.
   *
   * @param files names of files by keys; nothing else that is in the Secret is there
   */
  static Volume secret(String volume, String secretName, Map<String, String> files) {
    return new VolumeBuilder()
        .withName(volume)
        .withNewSecret()
        .withSecretName(secretName)
        .withItems(
            new TreeMap<>(files)
                .entrySet().stream()
                    .map(
                        file ->
                            new KeyToPathBuilder()
                                .withKey(file.getKey())
                                .withPath(file.getValue())
                                .build())
                    .toList())
        .endSecret()
        .build();
  }

  static VolumeMount mount(String volume, String path) {
    return new VolumeMountBuilder().withName(volume).withMountPath(path).build();
  }
}
