package dev.objectdb.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.CSIVolumeSource;
import io.fabric8.kubernetes.api.model.ConfigMapVolumeSource;
import io.fabric8.kubernetes.api.model.EmptyDirVolumeSource;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimVolumeSource;
import io.fabric8.kubernetes.api.model.ProjectedVolumeSource;
import io.fabric8.kubernetes.api.model.SecretVolumeSource;
import org.jspecify.annotations.Nullable;

/** A volume of a kind that the Pod Security Standard "restricted" allows; as in any pod. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "[has(self.configMap), has(self.secret), has(self.emptyDir),"
            + " has(self.persistentVolumeClaim), has(self.projected), has(self.csi)]"
            + ".filter(it, it).size() == 1",
    message =
        "podTemplate.volumes: a volume is of exactly one kind: set one of configMap, secret,"
            + " emptyDir, persistentVolumeClaim, projected and csi")
public record PodVolume(
    @JsonPropertyDescription("Name that mounts refer to.")
        @Required
        @Size(min = 1, max = 63)
        @Pattern("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
        String name,
    @JsonPropertyDescription("The keys of a ConfigMap as files.")
        @Nullable ConfigMapVolumeSource configMap,
    @JsonPropertyDescription("The keys of a Secret as files.") @Nullable SecretVolumeSource secret,
    @JsonPropertyDescription("An empty directory that ends with the pod.")
        @Nullable EmptyDirVolumeSource emptyDir,
    @JsonPropertyDescription("A PersistentVolumeClaim, which all servers share.")
        @Nullable PersistentVolumeClaimVolumeSource persistentVolumeClaim,
    @JsonPropertyDescription("Several sources in one directory.")
        @Nullable ProjectedVolumeSource projected,
    @JsonPropertyDescription("A volume of a CSI driver that ends with the pod.")
        @Nullable CSIVolumeSource csi) {}
