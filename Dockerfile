# The first stage installs the packages; the second has Python, the packages and nothing that installs others.
# To pin the base image: --build-arg BASE=python:3.13-slim-bookworm@sha256:…, as releases do (docs/release.md).
ARG BASE=python:3.13-slim-bookworm

FROM ${BASE} AS build
WORKDIR /build
RUN python -m venv --without-pip /opt/exporter
# requirements-demo.txt adds the packages of the commands demo and simulate, requirements-parquet.txt that for exports
# in Parquet, requirements-remote-write.txt that for `backfill --remote-write.url`.
ARG REQUIREMENTS=requirements.txt
COPY ${REQUIREMENTS} requirements.txt
RUN pip --python /opt/exporter/bin/python install --no-cache-dir --require-hashes --only-binary=:all: -r requirements.txt
COPY exporter ./exporter
RUN cp -r exporter "$(/opt/exporter/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" \
 && printf '#!/opt/exporter/bin/python\nfrom exporter.cli import main\nraise SystemExit(main())\n' > /opt/exporter/bin/azure-billing-exporter \
 && chmod 755 /opt/exporter/bin/azure-billing-exporter \
 && /opt/exporter/bin/python -m compileall -q /opt/exporter/lib \
 && install -d -o 65534 -g 65534 /var/lib/azure-billing-exporter

FROM ${BASE}
ARG BASE
ARG VERSION=""
ARG REVISION=""
ARG BRANCH=""
ARG BUILD_DATE=""
LABEL org.opencontainers.image.title="azure-billing-exporter" \
      org.opencontainers.image.description="Prometheus exporter for Azure costs and usage" \
      org.opencontainers.image.url="https://github.com/azure-billing-exporter/azure-billing-exporter" \
      org.opencontainers.image.source="https://github.com/azure-billing-exporter/azure-billing-exporter" \
      org.opencontainers.image.documentation="https://github.com/azure-billing-exporter/azure-billing-exporter/tree/main/docs" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${BUILD_DATE}" \
      org.opencontainers.image.base.name="${BASE}"
ENV REVISION="${REVISION}" BRANCH="${BRANCH}" BUILD_DATE="${BUILD_DATE}" PATH="/opt/exporter/bin:${PATH}" PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
RUN rm -rf /usr/local/bin/pip* /usr/local/lib/python3.*/site-packages/* /usr/local/lib/python3.*/ensurepip
COPY LICENSE /usr/share/licenses/azure-billing-exporter/LICENSE
COPY --from=build /opt/exporter /opt/exporter
COPY --from=build --chown=65534:65534 /var/lib/azure-billing-exporter /var/lib/azure-billing-exporter
USER 65534:65534
VOLUME /var/lib/azure-billing-exporter
EXPOSE 10365
# Follows the options of process 1: --web.listen-address and --web.config.file.
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["azure-billing-exporter", "healthcheck"]
ENTRYPOINT ["azure-billing-exporter"]
CMD ["run", "--config.file=/etc/azure-billing-exporter.yaml"]
