// The image for two architectures, and a variant with the packages of `demo` and of exports in Parquet:
//   VERSION=1.2.3 REVISION=$(git rev-parse HEAD) docker buildx bake --push

variable "IMAGE" {
  default = "azure-billing-exporter"
}
variable "VERSION" {
  default = "dev"
}
variable "REVISION" {
  default = ""
}
variable "BRANCH" {
  default = ""
}
variable "BUILD_DATE" {
  default = ""
}
// A release sets it to a digest: python:3.13-slim-bookworm@sha256:…
variable "BASE" {
  default = "python:3.13-slim-bookworm"
}

group "default" {
  targets = ["exporter", "demo", "parquet"]
}

target "exporter" {
  context    = "."
  platforms  = ["linux/amd64", "linux/arm64"]
  tags       = ["${IMAGE}:${VERSION}"]
  attest     = ["type=provenance,mode=max", "type=sbom"]
  args = {
    BASE       = BASE
    VERSION    = VERSION
    REVISION   = REVISION
    BRANCH     = BRANCH
    BUILD_DATE = BUILD_DATE
  }
}

target "demo" {
  inherits = ["exporter"]
  tags     = ["${IMAGE}:${VERSION}-demo"]
  args = {
    REQUIREMENTS = "requirements-demo.txt"
  }
}

target "parquet" {
  inherits = ["exporter"]
  tags     = ["${IMAGE}:${VERSION}-parquet"]
  args = {
    REQUIREMENTS = "requirements-parquet.txt"
  }
}
