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
