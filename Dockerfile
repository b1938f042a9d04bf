# The first stage installs the packages; the second contains only Python and the installed packages.
FROM python:3.13-slim AS build
WORKDIR /build
RUN python -m venv /opt/exporter
# requirements-demo.txt adds the packages of the commands demo and simulate, requirements-parquet.txt that for exports
# in Parquet.
ARG REQUIREMENTS=requirements.txt
COPY ${REQUIREMENTS} requirements.txt
RUN /opt/exporter/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
COPY exporter ./exporter
RUN cp -r exporter "$(/opt/exporter/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" \
 && printf '#!/opt/exporter/bin/python\nfrom exporter.cli import main\nraise SystemExit(main())\n' > /opt/exporter/bin/azure-billing-exporter \
 && chmod 755 /opt/exporter/bin/azure-billing-exporter \
 && /opt/exporter/bin/python -m compileall -q /opt/exporter/lib \
 && install -d -o 65534 -g 65534 /var/lib/azure-billing-exporter

FROM python:3.13-slim
ARG REVISION=""
ARG BRANCH=""
ARG BUILD_DATE=""
LABEL org.opencontainers.image.title="azure-billing-exporter" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="${REVISION}"
ENV REVISION="${REVISION}" BRANCH="${BRANCH}" BUILD_DATE="${BUILD_DATE}" PATH="/opt/exporter/bin:${PATH}" PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
COPY --from=build /opt/exporter /opt/exporter
COPY --from=build --chown=65534:65534 /var/lib/azure-billing-exporter /var/lib/azure-billing-exporter
USER 65534:65534
VOLUME /var/lib/azure-billing-exporter
EXPOSE 10365
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:10365/-/healthy', timeout=4)"]
ENTRYPOINT ["azure-billing-exporter"]
CMD ["run", "--config.file=/etc/azure-billing-exporter.yaml"]
