# Built from the source alone:
#   docker build --build-arg VERSION="$(packaging/version.sh)" -t tranche .
# The working folder is /srv/tranche; it and what is in it belong to the user tranche, 990,
# or to whom --user names:
#   docker run --rm -v /srv/tranche:/srv/tranche tranche run --notify
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=0.0.0+dev
RUN VERSION="$VERSION" packaging/binary.sh /out/tranche \
 && go run ./packaging/modules -binary /out/tranche -version "$VERSION" -sbom /out/sbom.cdx.json -licences /out/LICENSES-OF-MODULES

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates tzdata \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 990 --user-group --home-dir /srv/tranche --no-create-home --shell /usr/sbin/nologin tranche \
 && install -d -o tranche -g tranche -m 0700 /srv/tranche
COPY --from=build /out/tranche /usr/bin/tranche
COPY --from=build /out/sbom.cdx.json /out/LICENSES-OF-MODULES /src/LICENSE /usr/share/doc/tranche/
USER tranche
WORKDIR /srv/tranche
ENTRYPOINT ["/usr/bin/tranche"]
