{{- define "rung.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* The beginning of every name: of the release, so that two releases in one namespace do not meet. */}}
{{- define "rung.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "rung.name" . -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Labels that never change, by which pods are found. (root, role: one, or "" for all) */}}
{{- define "rung.selector" -}}
app.kubernetes.io/name: {{ include "rung.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .role }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end -}}

{{/* Labels of pods. Versions are left out: a new chart version alone restarts nothing. (root, role; own: the role's) */}}
{{- define "rung.podLabels" -}}
{{- $standard := dict "app.kubernetes.io/part-of" "rung" -}}
{{ merge (include "rung.selector" . | fromYaml) (.own | default dict) .root.Values.commonLabels $standard | toYaml }}
{{- end -}}

{{/* Labels of an object; those by which pods are found win over everybody's. (root, role; labels: its own) */}}
{{- define "rung.labels" -}}
{{- $standard := dict "app.kubernetes.io/part-of" "rung" "app.kubernetes.io/managed-by" .root.Release.Service -}}
{{- $_ := set $standard "app.kubernetes.io/version" (.root.Chart.AppVersion | toString) -}}
{{- $_ := set $standard "helm.sh/chart" (printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-") -}}
{{ merge (include "rung.selector" . | fromYaml) (.labels | default dict) .root.Values.commonLabels $standard | toYaml }}
{{- end -}}

{{/* The head of an object. (root, role, name; labels, annotations: its own) */}}
{{- define "rung.metadata" -}}
name: {{ .name }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "rung.labels" . | nindent 2 }}
{{- with merge (dict) (.annotations | default dict) .root.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* An image's name. (repository, tag, digest) */}}
{{- define "rung.imageName" -}}
{{- if .digest -}}{{ .repository }}@{{ .digest }}{{- else -}}{{ .repository }}:{{ .tag }}{{- end -}}
{{- end -}}

{{- define "rung.image" -}}
{{- include "rung.imageName" (dict "repository" .Values.image.repository "tag" (.Values.image.tag | default .Chart.AppVersion) "digest" .Values.image.digest) -}}
{{- end -}}

{{- define "rung.demoImage" -}}
{{- $image := .Values.demo.image -}}
{{- $tag := printf "%s-demo" (.Values.image.tag | default .Chart.AppVersion) -}}
{{- include "rung.imageName" (dict "repository" ($image.repository | default .Values.image.repository) "tag" ($image.tag | default $tag) "digest" $image.digest) -}}
{{- end -}}

{{- define "rung.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{ .Values.serviceAccount.name | default (include "rung.fullname" .) }}
{{- else -}}
{{ .Values.serviceAccount.name | default "default" }}
{{- end -}}
{{- end -}}

{{- define "rung.configMap" -}}
{{ .Values.config.existingConfigMap | default (printf "%s-documents" (include "rung.fullname" .)) }}
{{- end -}}

{{/* The documents that are given as values, as a ConfigMap keeps them. */}}
{{- define "rung.documents" -}}
{{- range $name, $text := .Values.config.documents }}
{{ $name }}: {{ $text | quote }}
{{- end }}
{{- range $name, $text := .Values.config.mappings }}
mapping.{{ $name }}.yaml: {{ $text | quote }}
{{- end }}
{{- end -}}

{{/* "yes" where documents are to be put in force. */}}
{{- define "rung.hasDocuments" -}}
{{- if and .Values.config.apply (or .Values.config.existingConfigMap .Values.config.documents .Values.config.mappings) -}}yes{{- end -}}
{{- end -}}

{{/* "yes" where they are tried before anything is rolled out. */}}
{{- define "rung.checksDocuments" -}}
{{- if and .Values.config.check (not .Values.demo.enabled) -}}{{ include "rung.hasDocuments" . }}{{- end -}}
{{- end -}}

{{/* The Secret and the key of one thing. (root, own: its own Secret's name, key) */}}
{{- define "rung.secretKeyRef" -}}
{name: {{ .own | default .root.Values.existingSecret }}, key: {{ .key }}}
{{- end -}}

{{/* The groups of workers as {groups: [...]}: each with `role`, the keys of `worker`, and its own before them. */}}
{{- define "rung.workers" -}}
{{- $groups := list -}}
{{- range .Values.worker.groups -}}
{{- /* `merge` would take what a group says as 0 or false for nothing said. */}}
{{- $own := mergeOverwrite (deepCopy (omit $.Values.worker "groups")) (deepCopy (omit . "name")) -}}
{{- $groups = append $groups (merge (dict "role" (printf "worker-%s" .name)) $own) -}}
{{- else -}}
{{- $groups = append $groups (merge (dict "role" "worker" "work" list) (omit .Values.worker "groups")) -}}
{{- end -}}
{{ toYaml (dict "groups" $groups) }}
{{- end -}}

{{/* What is open to the outside: with sign-on all of web, which tells its metrics to no proxy. (root, prefix: the path type) */}}
{{- define "rung.outerPaths" -}}
{{- range ternary (list "/") (list "/webhooks" "/acknowledge" "/assets") (not (empty .root.Values.oidc.issuer)) }}
- {path: {{ . }}, pathType: {{ $.prefix }}}
{{- end }}
{{- end -}}
