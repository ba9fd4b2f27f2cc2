{{/* The plain settings as {NAME: value}: the chart's, then those of `settings`. (root) */}}
{{- define "rung.plainSettings" -}}
{{- $v := .Values -}}
{{- $plain := dict "RUNG_HOME" "/var/lib/rung" "RUNG_HOST" "0.0.0.0" "RUNG_PORT" "8321" "RUNG_METRICS_PORT" "9321" "RUNG_LOG" "json" -}}
{{- with $v.publicUrl }}{{ $_ := set $plain "RUNG_PUBLIC_URL" . }}{{ end -}}
{{- with $v.redis.url }}{{ $_ := set $plain "RUNG_REDIS_URL" . }}{{ end -}}
{{- range $name, $value := $v.settings }}{{ $_ := set $plain $name ($value | toString) }}{{ end -}}
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
{{- with $db.sslMode }}
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
- name: {{ $name }}
  value: {{ $value | quote }}
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
{{- range $name, $from := .root.Values.secretSettings }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef: {name: {{ $from.name }}, key: {{ $from.key }}}
{{- end }}
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

{{/* Whole Secrets and the like as environment variables. (root, pod) */}}
{{- define "rung.envFrom" -}}
{{- range .root.Values.platformSecrets }}
- secretRef: {name: {{ . }}}
{{- end }}
{{- with .pod.extraEnvFrom }}
{{ toYaml . }}
{{- end }}
{{- end -}}
