{{/* The name of everything: that of the release, which should be objectdb-operator. */}}
{{- define "operator.name" -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "operator.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (include "operator.name" .) -}}
{{- end -}}

{{- define "operator.selector" -}}
app.kubernetes.io/name: objectdb-operator
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "operator.labels" -}}
{{ include "operator.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{/* REPOSITORY:TAG of one of our images; call with a dict of its name, image (values) and root. */}}
{{- define "operator.image" -}}
{{- $repository := .image.repository | default (printf "%s/%s" .root.Values.images.registry .name) -}}
{{- printf "%s:%s" $repository (.image.tag | default .root.Chart.AppVersion) -}}
{{- end -}}

{{/* What the operator may do in a namespace that it looks after. */}}
{{- define "operator.rules" -}}
# Changed is only metadata.finalizers, of those whose data is deleted with them.
- apiGroups: [objectdb.dev]
  resources: [objectdatabases]
  verbs: [get, list, watch, patch]
- apiGroups: [objectdb.dev]
  resources: [objectdatabases/status]
  verbs: [get, patch]
# Owner references that block the deletion of a database need this where that is enforced.
- apiGroups: [objectdb.dev]
  resources: [objectdatabases/finalizers]
  verbs: [update]
- apiGroups: [apps]
  resources: [deployments, statefulsets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [configmaps, serviceaccounts, services]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [networking.k8s.io]
  resources: [networkpolicies]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [get, list, watch, create, patch, delete]
# Of databases that declare them, in clusters that know these kinds.
- apiGroups: [monitoring.coreos.com]
  resources: [podmonitors, prometheusrules]
  verbs: [get, create, patch, delete]
- apiGroups: [batch]
  resources: [jobs]
  verbs: [get, list, watch, create, delete]
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch]
# By name only: a Secret that a resource names, that of an embedded PostgreSQL, and certificates of our own making.
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, create, patch, delete]
# By name only: that of an embedded PostgreSQL whose data is deleted with its database.
- apiGroups: [""]
  resources: [persistentvolumeclaims]
  verbs: [delete]
# One that was told before is counted, for which it is read and changed.
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [get, create, patch]
{{- end -}}
