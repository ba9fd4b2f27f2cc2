{{/* The keys of pods for one role, as YAML: its own before those of all, or added to them. (root, values: the role's) */}}
{{- define "rung.podKeys" -}}
{{- $own := .values -}}
{{- $all := .root.Values -}}
{{- $keys := dict -}}
{{- range $key := list "nodeSelector" "tolerations" "affinity" "antiAffinity" "topologySpreadConstraints" "priorityClassName" "hostAliases" "dnsConfig" "runtimeClassName" "podSecurityContext" "securityContext" -}}
{{- $_ := set $keys $key (ternary (get $own $key) (get $all $key) (hasKey $own $key)) -}}
{{- end -}}
{{- range $key := list "podLabels" "podAnnotations" "deploymentAnnotations" -}}
{{- $_ := set $keys $key (merge (dict) (get $own $key | default dict) (get $all $key | default dict)) -}}
{{- end -}}
{{- range $key := list "extraEnv" "extraEnvFrom" "extraVolumes" "extraVolumeMounts" "extraInitContainers" "extraContainers" -}}
{{- $_ := set $keys $key (concat (get $all $key | default list) (get $own $key | default list)) -}}
{{- end -}}
{{- $_ := set $keys "probes" (mergeOverwrite (deepCopy $all.probes) (deepCopy ($own.probes | default dict))) -}}
{{ toYaml $keys }}
{{- end -}}

{{/* What every pod has. (root, pod) */}}
{{- define "rung.podBase" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- toYaml .pod.podSecurityContext | nindent 2 }}
{{- with .pod.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .pod.runtimeClassName }}
runtimeClassName: {{ . }}
{{- end }}
{{- with .pod.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .pod.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .pod.hostAliases }}
hostAliases:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .pod.dnsConfig }}
dnsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Pods of one role keep apart by node and spread over zones. (root, role, pod) */}}
{{- define "rung.placing" -}}
{{- if .pod.affinity }}
affinity:
  {{- toYaml .pod.affinity | nindent 2 }}
{{- else if eq .pod.antiAffinity "soft" }}
affinity:
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          {{- include "rung.apart" . | nindent 10 }}
{{- else if eq .pod.antiAffinity "hard" }}
affinity:
  podAntiAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - {{- include "rung.apart" . | nindent 8 }}
{{- end }}
topologySpreadConstraints:
{{- $zones := dict "maxSkew" 1 "topologyKey" "topology.kubernetes.io/zone" "whenUnsatisfiable" "ScheduleAnyway" }}
{{- $mine := dict "labelSelector" (dict "matchLabels" (include "rung.selector" . | fromYaml)) }}
{{- range .pod.topologySpreadConstraints | default (list $zones) }}
  - {{- toYaml (merge (dict) . $mine) | nindent 4 }}
{{- end }}
{{- end -}}

{{- define "rung.apart" -}}
topologyKey: kubernetes.io/hostname
labelSelector:
  matchLabels:
    {{- include "rung.selector" . | nindent 4 }}
{{- end -}}

{{/* What a role's probes ask. (port: its name, mail: whether it speaks SMTP; pod) */}}
{{- define "rung.probes" -}}
{{- range $kind, $path := dict "startup" "/healthz" "liveness" "/healthz" "readiness" "/readyz" }}
{{- $asks := dict "httpGet" (dict "path" $path "port" $.port) }}
{{- if $.tcp }}{{ $asks = dict "tcpSocket" (dict "port" $.port) }}{{ end }}
{{ $kind }}Probe:
  {{- toYaml (merge (dict) $asks (get $.pod.probes $kind)) | nindent 2 }}
{{- end }}
{{- end -}}

{{/* (root, role, pod) */}}
{{- define "rung.volumes" -}}
- {name: tmp, emptyDir: {}}
- {name: home, emptyDir: {}}
{{- $v := .root.Values }}
{{- with $v.database.caSecret }}
- {name: tls-database, secret: {secretName: {{ . }}, items: [{key: ca.crt, path: ca.crt}]}}
{{- end }}
{{- with $v.database.clientSecret }}
- {name: tls-database-client, secret: {secretName: {{ . }}, defaultMode: 0440}}
{{- end }}
{{- with $v.redis.caSecret }}
- {name: tls-redis, secret: {secretName: {{ . }}, items: [{key: ca.crt, path: ca.crt}]}}
{{- end }}
{{- with $v.platformAuthorities }}
- {name: tls-platforms, configMap: {name: {{ . }}}}
{{- end }}
{{- if and (eq .role "mail") $v.mail.tlsSecret }}
- {name: tls-mail, secret: {secretName: {{ $v.mail.tlsSecret }}}}
{{- end }}
{{- with .pod.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* (root, role, pod) */}}
{{- define "rung.volumeMounts" -}}
- {name: tmp, mountPath: /tmp}
- {name: home, mountPath: /var/lib/rung}
{{- $v := .root.Values }}
{{- $mail := ternary $v.mail.tlsSecret "" (eq .role "mail") }}
{{- range $name, $from := dict "database" $v.database.caSecret "database-client" $v.database.clientSecret "redis" $v.redis.caSecret "platforms" $v.platformAuthorities "mail" $mail }}
{{- if $from }}
- {name: tls-{{ $name }}, mountPath: /etc/rung/tls/{{ $name }}, readOnly: true}
{{- end }}
{{- end }}
{{- with .pod.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}
