{{- define "exporter.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "exporter.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- $name := include "exporter.name" . }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}

{{- define "exporter.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride }}
{{- end }}

{{- define "exporter.selector" -}}
app.kubernetes.io/name: {{ include "exporter.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Takes a list: the root, and further labels, which win over `commonLabels`. */}}
{{- define "exporter.labels" -}}
{{- $root := index . 0 }}
{{- $own := dict "helm.sh/chart" (printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-") "app.kubernetes.io/managed-by" $root.Release.Service "app.kubernetes.io/version" $root.Chart.AppVersion "app.kubernetes.io/part-of" (include "exporter.name" $root) }}
{{- toYaml (merge (include "exporter.selector" $root | fromYaml) $own (deepCopy (index . 1)) $root.Values.commonLabels) }}
{{- end }}

{{/* Takes a list: the root, further labels, further annotations. */}}
{{- define "exporter.metadata" -}}
{{- $root := index . 0 -}}
namespace: {{ include "exporter.namespace" $root }}
labels:
  {{- include "exporter.labels" (list $root (index . 1)) | nindent 2 }}
{{- with index . 2 }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "exporter.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "exporter.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "exporter.image" -}}
{{- $image := .Values.image }}
{{- $repository := ternary (printf "%s/%s" $image.registry $image.repository) $image.repository (ne $image.registry "") }}
{{- if $image.digest }}
{{- printf "%s@%s" $repository $image.digest }}
{{- else }}
{{- printf "%s:%s" $repository (default .Chart.AppVersion $image.tag) }}
{{- end }}
{{- end }}

{{- define "exporter.storagePath" -}}
{{- dig "storage" "path" "/var/lib/azure-billing-exporter" .Values.config }}
{{- end }}

{{- define "exporter.pods" -}}
{{- $sharding := .Values.sharding }}
{{- $pods := int (default $sharding.totalShards $sharding.pods) }}
{{- if lt $pods (int $sharding.totalShards) }}
{{- fail "sharding.pods: less than sharding.totalShards, so accounts would be on no pod" }}
{{- end }}
{{- $pods }}
{{- end }}

{{/* Whether a monitor or the annotations use HTTPS. */}}
{{- define "exporter.scheme" -}}
{{- ternary "https" "http" (hasKey .Values.webConfig "tls_server_config") }}
{{- end }}
