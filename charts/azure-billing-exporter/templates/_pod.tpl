{{/* The volumes with the configuration and the secrets. */}}
{{- define "exporter.inputVolumes" -}}
- name: config
  {{- if .Values.existingConfig.secret }}
  secret:
    secretName: {{ .Values.existingConfig.secret }}
    defaultMode: 0440
    items: [{key: {{ .Values.existingConfig.key | quote }}, path: config.yaml}]
  {{- else }}
  configMap:
    name: {{ default (include "exporter.fullname" .) .Values.existingConfig.configMap }}
    items: [{key: {{ default "config.yaml" .Values.existingConfig.key | quote }}, path: config.yaml}]
  {{- end }}
{{- range $index, $secret := concat .Values.secrets.existing .Values.secrets.external }}
- name: secret-{{ $index }} # a Secret's name may be too long for a volume, and have dots
  secret:
    secretName: {{ $secret.name | quote }}
    defaultMode: 0440
{{- end }}
{{- range .Values.secrets.csi }}
- name: csi-{{ .name }}
  csi:
    driver: secrets-store.csi.k8s.io
    readOnly: true
    volumeAttributes:
      secretProviderClass: {{ .secretProviderClass | quote }}
{{- end }}
{{- if .Values.webConfig }}
- name: web-config
  secret:
    secretName: {{ include "exporter.fullname" . }}-web
    defaultMode: 0440
{{- end }}
- name: tmp
  emptyDir: {}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "exporter.inputMounts" -}}
- {name: config, mountPath: /etc/azure-billing-exporter/config, readOnly: true}
{{- range $index, $secret := concat .Values.secrets.existing .Values.secrets.external }}
- {name: secret-{{ $index }}, mountPath: /etc/azure-billing-exporter/secrets/{{ $secret.name }}, readOnly: true}
{{- end }}
{{- range .Values.secrets.csi }}
- {name: csi-{{ .name }}, mountPath: /etc/azure-billing-exporter/secrets/{{ .name }}, readOnly: true}
{{- end }}
{{- if .Values.webConfig }}
- {name: web-config, mountPath: /etc/azure-billing-exporter/web, readOnly: true}
{{- end }}
- {name: tmp, mountPath: /tmp}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "exporter.env" -}}
{{- if .Values.sharding.enabled }}
- name: POD_NAME
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
{{- end }}
{{- with .Values.env }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* What a Deployment and a StatefulSet have in common. */}}
{{- define "exporter.podTemplate" -}}
{{- include "exporter.checks" . | trim -}}
metadata:
  labels:
    {{- $identity := ternary (dict "azure.workload.identity/use" "true") dict .Values.workloadIdentity.enabled }}
    {{- include "exporter.labels" (list . (merge $identity .Values.podLabels)) | nindent 4 }}
  annotations:
    {{- $checksums := dict "checksum/config" (toYaml .Values.config | sha256sum) "checksum/web-config" (toYaml .Values.webConfig | sha256sum) }}
    {{- toYaml (merge $checksums .Values.podAnnotations) | nindent 4 }}
spec:
  serviceAccountName: {{ include "exporter.serviceAccountName" . }}
  automountServiceAccountToken: {{ .Values.serviceAccount.automount }}
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
  securityContext:
    {{- toYaml .Values.podSecurityContext | nindent 4 }}
  {{- with .Values.initContainers }}
  initContainers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: exporter
      image: {{ include "exporter.image" . | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args:
        - run
        - --config.file=/etc/azure-billing-exporter/config/config.yaml
        - --web.listen-address=:10365
        - --log.level={{ .Values.logLevel }}
        - --log.format={{ .Values.logFormat }}
        {{- if .Values.webConfig }}
        - --web.config.file=/etc/azure-billing-exporter/web/web-config.yml
        {{- end }}
        {{- if .Values.sharding.enabled }}
        - --shard.from-pod-name
        - --total-shards={{ int .Values.sharding.totalShards }}
        {{- end }}
        {{- with .Values.extraArgs }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with include "exporter.env" . | trim }}
      env:
        {{- . | nindent 8 }}
      {{- end }}
      {{- with .Values.envFrom }}
      envFrom:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      ports:
        - {name: http, containerPort: 10365, protocol: TCP}
      {{- range $name := list "startupProbe" "livenessProbe" "readinessProbe" }}
      {{- with index $.Values $name }}
      {{ $name }}:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- end }}
      resources:
        {{- toYaml .Values.resources | nindent 8 }}
      securityContext:
        {{- toYaml .Values.securityContext | nindent 8 }}
      volumeMounts:
        - {name: storage, mountPath: {{ include "exporter.storagePath" . | quote }}}
        {{- include "exporter.inputMounts" . | nindent 8 }}
    {{- with .Values.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    {{- if not .Values.persistence.enabled }}
    - {name: storage, emptyDir: {}}
    {{- else if or .Values.persistence.existingClaim (not .Values.sharding.enabled) }}
    - name: storage
      persistentVolumeClaim:
        claimName: {{ default (include "exporter.fullname" .) .Values.persistence.existingClaim }}
    {{- end }}
    {{- include "exporter.inputVolumes" . | nindent 4 }}
  {{- include "exporter.placement" . | nindent 2 }}
{{- end }}

{{- define "exporter.placement" -}}
{{- range $name := list "imagePullSecrets" "nodeSelector" "tolerations" "affinity" "topologySpreadConstraints" "dnsConfig" }}
{{- with index $.Values $name }}
{{ $name }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}

{{- define "exporter.claimSpec" -}}
accessModes:
  {{- toYaml .Values.persistence.accessModes | nindent 2 }}
{{- with .Values.persistence.storageClassName }}
storageClassName: {{ . | quote }}
{{- end }}
resources:
  requests:
    storage: {{ .Values.persistence.size }}
{{- end }}
