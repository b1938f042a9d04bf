{{/* Fails for values that contradict each other; the schema sees only one value at a time. */}}
{{- define "exporter.checks" -}}
{{- $existing := .Values.existingConfig }}
{{- if and $existing.configMap $existing.secret }}
{{- fail "existingConfig: set configMap or secret, not both" }}
{{- end }}
{{- if and .Values.config (or $existing.configMap $existing.secret) }}
{{- fail "config: not with existingConfig, which replaces it" }}
{{- end }}
{{- $names := list }}
{{- range concat .Values.secrets.existing .Values.secrets.external .Values.secrets.csi }}
{{- if has .name $names }}
{{- fail (printf "secrets: two are named %s, and would be mounted at the same path; rename one" .name) }}
{{- end }}
{{- $names = append $names .name }}
{{- end }}
{{- $workload := .Values.workloadIdentity }}
{{- if and $workload.enabled .Values.serviceAccount.create }}
{{- $annotated := hasKey .Values.serviceAccount.annotations "azure.workload.identity/client-id" }}
{{- if not (or $workload.clientId $annotated (regexMatch "(?m)^[ -]*client_id:" (toYaml .Values.config)) $existing.configMap $existing.secret) }}
{{- fail "workloadIdentity.clientId: required, unless the accounts in config have identity.client_id" }}
{{- end }}
{{- end }}
{{- if and $workload.enabled (not .Values.serviceAccount.create) (or $workload.clientId $workload.tenantId) }}
{{- fail "workloadIdentity.clientId and tenantId: not with serviceAccount.create=false; annotate your service account with azure.workload.identity/client-id instead" }}
{{- end }}
{{- end }}
