{{/*
The Deployment of a role. (root, role, values: the role's; args; port: its name, number: that port's; tcp: asked by TCP;
scaled: whether an autoscaler says how many pods there are)
*/}}
{{- define "rung.deployment" -}}
{{- $pod := include "rung.podKeys" . | fromYaml -}}
{{- $in := merge (dict "pod" $pod) . -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "rung.metadata" (dict "root" .root "role" .role "name" (printf "%s-%s" (include "rung.fullname" .root) .role) "annotations" $pod.deploymentAnnotations) | nindent 2 }}
spec:
  {{- if .root.Values.maintenance.enabled }}
  replicas: 0
  {{- else if not .scaled }}
  replicas: {{ .values.replicas }}
  {{- end }}
  revisionHistoryLimit: {{ .root.Values.revisionHistoryLimit }}
  strategy:
    type: RollingUpdate
    {{- /* Where pods must keep apart there may be no node for one more: one goes before the next comes. */}}
    {{- $apart := and (eq $pod.antiAffinity "hard") (not $pod.affinity) (or .scaled (gt (int .values.replicas) 1)) }}
    rollingUpdate: {maxSurge: 1, maxUnavailable: {{ ternary 1 0 $apart }}}
  selector:
    matchLabels:
      {{- include "rung.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "rung.podLabels" (merge (dict "own" $pod.podLabels) .) | nindent 8 }}
      annotations:
        # All settings and the names of secrets. Documents are no part of it: running pods take them up by themselves.
        checksum/config: {{ printf "%s %s" (include "rung.env" $in) (include "rung.envFrom" $in) | sha256sum }}
        {{- with merge (dict) $pod.podAnnotations .root.Values.commonAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      {{- include "rung.podBase" $in | trim | nindent 6 }}
      {{- include "rung.placing" $in | trim | nindent 6 }}
      serviceAccountName: {{ include "rung.serviceAccountName" .root }}
      terminationGracePeriodSeconds: {{ .values.terminationGracePeriodSeconds }}
      {{- with $pod.extraInitContainers }}
      initContainers:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        - name: rung
          {{- include "rung.container" $in | nindent 10 }}
          ports:
            - {name: {{ .port }}, containerPort: {{ .number }}, protocol: TCP}
          {{- include "rung.probes" $in | trim | nindent 10 }}
          {{- if .values.drainSeconds }}
          lifecycle:
            preStop:
              exec: {command: [sleep, {{ .values.drainSeconds | quote }}]}
          {{- end }}
        {{- with $pod.extraContainers }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      volumes:
        {{- include "rung.volumes" $in | nindent 8 }}
{{- end -}}

{{/* The container of a role or Job, but for its name, ports and probes. (root, role, values, args, pod; command: in place of Rung's; documents,
databaseOnly) */}}
{{- define "rung.container" -}}
image: {{ include "rung.image" .root | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
{{- if .command }}
command: {{ toJson .command }}
{{- else }}
args: {{ toJson .args }}
{{- end }}
env:
  {{- include "rung.env" . | trim | nindent 2 }}
{{- /* What runs before anything else needs no secret but the database's: the others may come with the release. */}}
{{- if not (has .role (list "migrate" "check")) }}
{{- with include "rung.envFrom" . | trim }}
envFrom:
  {{- . | nindent 2 }}
{{- end }}
{{- end }}
resources:
  {{- toYaml .values.resources | nindent 2 }}
securityContext:
  {{- toYaml .pod.securityContext | nindent 2 }}
volumeMounts:
  {{- include "rung.volumeMounts" . | nindent 2 }}
  {{- if .documents }}
  - {name: documents, mountPath: /etc/rung/config, readOnly: true}
  {{- end }}
{{- end -}}

{{/* The Job of a hook. (root, role, values, hook, weight, args; documents: the ConfigMap that it reads; optional: whether that may be lacking) */}}
{{- define "rung.job" -}}
{{- $in := merge (dict "pod" (include "rung.podKeys" (dict "root" .root "values" dict) | fromYaml) "databaseOnly" true) . -}}
{{- $hook := dict "helm.sh/hook" .hook "helm.sh/hook-weight" .weight "helm.sh/hook-delete-policy" "before-hook-creation,hook-succeeded" -}}
apiVersion: batch/v1
kind: Job
metadata:
  {{- include "rung.metadata" (dict "root" .root "role" .role "name" (printf "%s-%s" (include "rung.fullname" .root) .role) "annotations" $hook) | nindent 2 }}
spec:
  backoffLimit: {{ .values.backoffLimit }}
  activeDeadlineSeconds: {{ .values.activeDeadlineSeconds }}
  template:
    metadata:
      labels:
        {{- include "rung.podLabels" (merge (dict "own" $in.pod.podLabels) .) | nindent 8 }}
      {{- with merge (dict) $in.pod.podAnnotations .root.Values.commonAnnotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      {{- include "rung.podBase" $in | trim | nindent 6 }}
      restartPolicy: Never
      {{- /* An account that the release makes is not there yet. */}}
      {{- if and .root.Values.serviceAccount.name (not .root.Values.serviceAccount.create) }}
      serviceAccountName: {{ .root.Values.serviceAccount.name }}
      {{- end }}
      {{- with $in.pod.extraInitContainers }}
      initContainers:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        - name: rung
          {{- include "rung.container" $in | nindent 10 }}
      volumes:
        {{- include "rung.volumes" $in | nindent 8 }}
        {{- if .documents }}
        - name: documents
          configMap: {name: {{ .documents }}{{ if .optional }}, optional: true{{ end }}}
        {{- end }}
{{- end -}}
