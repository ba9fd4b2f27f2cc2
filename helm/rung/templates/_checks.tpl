{{/* What must be so before anything is made; each sentence says what to do. */}}
{{- define "rung.check" -}}
{{- $v := .Values -}}
{{- if not $v.demo.enabled -}}
{{- $whole := and (or $v.existingSecret $v.database.existingSecret) (or $v.existingSecret $v.redis.existingSecret $v.redis.url) $v.existingSecret -}}
{{- if not $whole -}}
{{- fail (printf "existingSecret is not set. Make a Secret with the keys %s, %s and %s, and name it there; or try Rung with --set demo.enabled=true." $v.database.urlKey $v.redis.urlKey $v.secretKeyKey) -}}
{{- end -}}
{{- if and $v.config.existingConfigMap (or $v.config.documents $v.config.mappings) -}}
{{- fail "config.existingConfigMap and config.documents or config.mappings are both set: the documents must come from one place. Leave one of them out." -}}
{{- end -}}
{{- include "rung.checkWorkers" . -}}
{{- include "rung.checkSettings" . -}}
{{- if and $v.oidc.issuer (not (and $v.publicUrl $v.oidc.clientId $v.oidc.roles)) -}}
{{- fail "oidc.issuer is set: publicUrl, oidc.clientId and oidc.roles must be set, too; roles says who may do what, such as {platform-team: admin, \"*\": viewer}." -}}
{{- end -}}
{{- if and $v.ingress.enabled (not $v.ingress.hosts) -}}
{{- fail "ingress.enabled is set without ingress.hosts: name the hosts, such as ingress.hosts[0].host=rung.example.com." -}}
{{- end -}}
{{- if and $v.gateway.enabled (not $v.gateway.parentRefs) -}}
{{- fail "gateway.enabled is set without gateway.parentRefs: name the gateway, such as gateway.parentRefs[0].name=public." -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "rung.checkWorkers" -}}
{{- $names := list -}}
{{- $works := list -}}
{{- range .Values.worker.groups -}}
{{- if has .name $names -}}
{{- fail (printf "worker.groups has two groups called %s: each needs a name of its own." .name) -}}
{{- end -}}
{{- $names = append $names .name -}}
{{- $works = concat $works (.work | default (list "intake" "delivery")) -}}
{{- end -}}
{{- if .Values.worker.groups -}}
{{- range list "intake" "delivery" -}}
{{- if not (has . $works) -}}
{{- fail (printf "worker.groups has no group with work %s: it would never be done. Add a group for it, or leave `work` of one empty." .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $age := .Values.worker.autoscaling.queueAge -}}
{{- if and .Values.worker.autoscaling.enabled (eq $age.source "keda") (not $age.prometheusAddress) -}}
{{- fail "worker.autoscaling.queueAge.source is keda: worker.autoscaling.queueAge.prometheusAddress must name the Prometheus that knows how long work waits, such as http://prometheus.monitoring:9090." -}}
{{- end -}}
{{- end -}}

{{/* What has a value of its own is said there alone: twice in one container it would be a matter of luck which one counts. */}}
{{- define "rung.checkSettings" -}}
{{- $own := dict "RUNG_PUBLIC_URL" "publicUrl" "RUNG_DATABASE_URL" "database" "RUNG_REDIS_URL" "redis" "RUNG_SECRET_KEY" "secretKeyKey" -}}
{{- $own = merge $own (dict "RUNG_OIDC_CLIENT_SECRET" "oidc.clientSecretKey" "RUNG_HEARTBEAT_URL" "monitoring.heartbeat.urlKey") -}}
{{- $own = merge $own (dict "RUNG_MAIL_CERTIFICATE" "mail.tlsSecret" "RUNG_MAIL_KEY" "mail.tlsSecret" "RUNG_GRACE_SECONDS" "terminationGracePeriodSeconds") -}}
{{- range $kind := list "settings" "secretSettings" -}}
{{- range $name, $_ := get $.Values $kind -}}
{{- if hasKey $own $name -}}
{{- fail (printf "%s.%s: it follows from %s. Say it there, and leave it out here." $kind $name (get $own $name)) -}}
{{- else if has $name (list "RUNG_HOME" "RUNG_HOST" "RUNG_PORT" "RUNG_METRICS_PORT" "RUNG_MAIL_HOST" "RUNG_MAIL_PORT") -}}
{{- fail (printf "%s.%s: where pods listen and write is the chart's to say. Leave it out; the address outside is the Service's." $kind $name) -}}
{{- end -}}
{{- if and (eq $kind "settings") (hasKey $.Values.secretSettings $name) -}}
{{- fail (printf "settings.%s and secretSettings.%s are both set. Leave one of them out." $name $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
