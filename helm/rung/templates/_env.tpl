{{/* The plain settings as {NAME: value}: the chart's, then those of `settings`. (root) */}}
{{- define "rung.plainSettings" -}}
{{- $v := .Values -}}
{{- $plain := dict "RUNG_HOME" "/var/lib/rung" "RUNG_HOST" "0.0.0.0" "RUNG_PORT" "8321" "RUNG_METRICS_PORT" "9321" "RUNG_LOG" "json" -}}
{{- with $v.publicUrl }}{{ $_ := set $plain "RUNG_PUBLIC_URL" . }}{{ end -}}
{{- with $v.redis.url }}{{ $_ := set $plain "RUNG_REDIS_URL" . }}{{ end -}}
{{- with $v.trustedProxies }}{{ $_ := set $plain "RUNG_TRUSTED_PROXIES" (join "," .) }}{{ end -}}
{{- with $v.oidc -}}
{{- if .issuer -}}
{{- $roles := list -}}
{{- range $group, $role := .roles }}{{ $roles = append $roles (printf "%s=%s" $group $role) }}{{ end -}}
{{- $plain = merge $plain (dict "RUNG_OIDC_ISSUER" .issuer "RUNG_OIDC_CLIENT_ID" .clientId "RUNG_OIDC_SCOPES" .scopes "RUNG_OIDC_GROUPS_CLAIM" .groupsClaim "RUNG_OIDC_EMAIL_CLAIM" .emailClaim "RUNG_OIDC_ROLES" (join "; " $roles)) -}}
{{- with .caFile }}{{ $_ := set $plain "RUNG_OIDC_CA_FILE" . }}{{ end -}}
{{- end -}}
{{- end -}}
{{- if $v.monitoring.heartbeat.urlKey }}{{ $_ := set $plain "RUNG_HEARTBEAT_SECONDS" (toString $v.monitoring.heartbeat.seconds) }}{{ end -}}
{{- range $name, $value := $v.settings }}{{ $_ := set $plain $name (ternary (printf "%.0f" (float64 $value)) (toString $value) (kindIs "float64" $value)) }}{{ end -}}
{{ toYaml $plain }}
{{- end -}}

{{/* How PostgreSQL is reached, as environment variables that Rung and libpq read. (root) */}}
{{- define "rung.databaseEnv" -}}
{{- $db := .Values.database -}}
{{- if $db.host }}
- name: RUNG_DATABASE_URL
  value: {{ printf "postgresql://%s:%d/%s" $db.host (int $db.port) $db.name | quote }}
- name: PGUSER
  valueFrom:
    secretKeyRef: {{ include "rung.secretKeyRef" (dict "root" . "own" $db.existingSecret "key" $db.userKey) }}
- name: PGPASSWORD
  valueFrom:
    secretKeyRef: {{ include "rung.secretKeyRef" (dict "root" . "own" $db.existingSecret "key" $db.passwordKey) }}
{{- else }}
- name: RUNG_DATABASE_URL
  valueFrom:
    secretKeyRef: {{ include "rung.secretKeyRef" (dict "root" . "own" $db.existingSecret "key" $db.urlKey) }}
{{- end }}
{{- /* Who names an authority wants it asked, which libpq does not by itself. */}}
{{- with $db.sslMode | default (ternary "verify-full" "" (not (empty $db.caSecret))) }}
- {name: PGSSLMODE, value: {{ . }}}
{{- end }}
{{- if $db.caSecret }}
- {name: PGSSLROOTCERT, value: /etc/rung/tls/database/ca.crt}
{{- end }}
{{- if $db.clientSecret }}
- {name: PGSSLCERT, value: /etc/rung/tls/database-client/tls.crt}
- {name: PGSSLKEY, value: /etc/rung/tls/database-client/tls.key}
{{- end }}
{{- end -}}

{{/* Everything that is set in a container of a role. (root, pod: its merged pod keys, role; databaseOnly: for Jobs) */}}
{{- define "rung.env" -}}
{{- range $name, $value := include "rung.plainSettings" .root | fromYaml }}
{{- /* Sign-on and the heartbeat need their secrets, which a Job is not told. */}}
{{- if not (and $.databaseOnly (or (hasPrefix "RUNG_OIDC_" $name) (hasPrefix "RUNG_HEARTBEAT_" $name))) }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}
{{- include "rung.databaseEnv" .root }}
{{- if not .databaseOnly }}
{{- if not .root.Values.redis.url }}
- name: RUNG_REDIS_URL
  valueFrom:
    secretKeyRef: {{ include "rung.secretKeyRef" (dict "root" .root "own" .root.Values.redis.existingSecret "key" .root.Values.redis.urlKey) }}
{{- end }}
- name: RUNG_SECRET_KEY
  valueFrom:
    secretKeyRef: {{ include "rung.secretKeyRef" (dict "root" .root "own" "" "key" .root.Values.secretKeyKey) }}
{{- with .root.Values.oidc }}
{{- if and .issuer .clientSecretKey }}
- name: RUNG_OIDC_CLIENT_SECRET
  valueFrom:
    secretKeyRef: {{ include "rung.secretKeyRef" (dict "root" $.root "own" .existingSecret "key" .clientSecretKey) }}
{{- end }}
{{- end }}
{{- with .root.Values.monitoring.heartbeat }}
{{- if .urlKey }}
- name: RUNG_HEARTBEAT_URL
  valueFrom:
    secretKeyRef: {{ include "rung.secretKeyRef" (dict "root" $.root "own" .existingSecret "key" .urlKey) }}
{{- end }}
{{- end }}
{{- include "rung.tracingEnv" . }}
{{- range $name, $from := .root.Values.secretSettings }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef: {name: {{ $from.name }}, key: {{ $from.key }}}
{{- end }}
{{- end }}
{{- with .values.terminationGracePeriodSeconds }}
{{- /* What a role may take to end by itself: the pod's time without its draining, and some seconds to be gone. */}}
- {name: RUNG_GRACE_SECONDS, value: {{ sub (int .) (add (int $.values.drainSeconds) 10) | max 0 | min 600 | quote }}}
{{- end }}
{{- if eq .role "mail" }}
- {name: RUNG_MAIL_HOST, value: 0.0.0.0}
- {name: RUNG_MAIL_PORT, value: "8325"}
{{- if .root.Values.mail.tlsSecret }}
- {name: RUNG_MAIL_CERTIFICATE, value: /etc/rung/tls/mail/tls.crt}
- {name: RUNG_MAIL_KEY, value: /etc/rung/tls/mail/tls.key}
{{- end }}
{{- end }}
{{- with .pod.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Where traces go, and whose they are. (root, role) */}}
{{- define "rung.tracingEnv" -}}
{{- $tracing := .root.Values.monitoring.tracing }}
{{- if $tracing.endpoint }}
- {name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ $tracing.endpoint | quote }}}
- {name: OTEL_SERVICE_NAME, value: rung-{{ .role }}}
- {name: OTEL_RESOURCE_ATTRIBUTES, value: "k8s.namespace.name={{ .root.Release.Namespace }},service.namespace={{ .root.Release.Name }}"}
{{- with $tracing.sampler }}
- {name: OTEL_TRACES_SAMPLER, value: {{ . }}}
{{- end }}
{{- with $tracing.samplerArgument }}
- {name: OTEL_TRACES_SAMPLER_ARG, value: {{ . | quote }}}
{{- end }}
{{- with $tracing.headersSecret }}
- name: OTEL_EXPORTER_OTLP_HEADERS
  valueFrom:
    secretKeyRef: {name: {{ . }}, key: {{ $tracing.headersKey }}}
{{- end }}
{{- end }}
{{- end -}}

{{/* Whole Secrets and the like as environment variables. (root, pod) */}}
{{- define "rung.envFrom" -}}
{{- range .root.Values.platformSecrets }}
- secretRef: {name: {{ . }}}
{{- end }}
{{- with .pod.extraEnvFrom }}
{{ toYaml . }}
{{- end }}
{{- end -}}
