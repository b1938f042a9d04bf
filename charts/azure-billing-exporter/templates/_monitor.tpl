{{/* An endpoint of a ServiceMonitor or PodMonitor; takes a list: the root, the values of the monitor. */}}
{{- define "exporter.endpoint" -}}
{{- $values := index . 1 -}}
port: http
path: /metrics
scheme: {{ default (include "exporter.scheme" (index . 0)) $values.scheme }}
honorLabels: true # the exporter's own labels win
{{- range $name := list "interval" "scrapeTimeout" "tlsConfig" "basicAuth" "relabelings" }}
{{- with index $values $name }}
{{ $name }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- with $values.metricRelabelings }}
metricRelabelings:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
