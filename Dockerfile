# Rung as an image: `make image` builds it, docs/deploy-image.md says how it is run.
#
# Targets: `rung` (the last one, so the default) serves; `demo` has PostgreSQL and Redis of its own and shows everything
# in one container. Both rest on a base that is named by its digest, hold what requirements/*.txt pins by hash and
# nothing else, and run as a user without rights. tests/integration/image runs these very steps without an engine.

ARG PYTHON_IMAGE=python:3.11-slim-trixie
ARG PYTHON_DIGEST

FROM ${PYTHON_IMAGE}@${PYTHON_DIGEST:?run-make-image-or-give-the-digest-of-the-base} AS base
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1

# Everything becomes a wheel first, also the few libraries that come as source only: what makes wheels stays here.
# A package index of your own: --secret id=pip,src=pip.conf
FROM base AS wheels
ENV PIP_CACHE_DIR=/var/cache/pip \
    PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY requirements requirements
RUN --mount=type=cache,target=/var/cache/pip --mount=type=secret,id=pip,target=/etc/pip.conf \
    python -m venv --without-pip /build && \
    python -m pip --python /build/bin/python install --no-deps --require-hashes --requirement requirements/build.txt
RUN --mount=type=cache,target=/var/cache/pip --mount=type=secret,id=pip,target=/etc/pip.conf \
    python -m pip --python /build/bin/python wheel --no-build-isolation --no-deps --require-hashes \
    --requirement requirements/serve.txt --wheel-dir /wheels/serve
COPY pyproject.toml README.md ./
COPY core core
COPY mappings mappings
COPY webhooks webhooks
COPY connectors connectors
COPY console console
COPY sandbox sandbox
COPY rung rung
RUN python -m pip --python /build/bin/python wheel --no-build-isolation --no-deps --no-index --wheel-dir /wheels/rung .

FROM wheels AS serve-environment
RUN python -m venv --without-pip /opt/rung && \
    python -m pip --python /opt/rung/bin/python install --no-deps --no-index /wheels/serve/*.whl /wheels/rung/*.whl

FROM wheels AS demo-environment
RUN --mount=type=cache,target=/var/cache/pip --mount=type=secret,id=pip,target=/etc/pip.conf \
    python -m pip --python /build/bin/python wheel --no-build-isolation --no-deps --require-hashes \
    --requirement requirements/run.txt --wheel-dir /wheels/run
RUN python -m venv --without-pip /opt/rung && \
    python -m pip --python /opt/rung/bin/python install --no-deps --no-index /wheels/run/*.whl /wheels/rung/*.whl

# What both images stand on: no installer, a user without rights, the two folders that it may write to.
FROM base AS ground
RUN python -m pip uninstall --yes --quiet pip && \
    groupadd --gid 10001 rung && \
    useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/rung --shell /usr/sbin/nologin rung && \
    install --directory --owner 10001 --group 10001 --mode 0750 /var/lib/rung && \
    install --directory /etc/rung/config /etc/rung/tls
ENV PATH=/opt/rung/bin:$PATH \
    LOGNAME=rung \
    RUNG_HOME=/var/lib/rung \
    RUNG_HOST=0.0.0.0 \
    RUNG_PORT=8321 \
    RUNG_MAIL_HOST=0.0.0.0 \
    RUNG_MAIL_PORT=8325 \
    RUNG_LOG=json
LABEL org.opencontainers.image.title="Rung" \
      org.opencontainers.image.description="One standard escalation framework over ServiceNow, Jira and monitoring tools"
WORKDIR /var/lib/rung
USER 10001:10001
STOPSIGNAL SIGTERM
EXPOSE 8321
ENTRYPOINT ["rung"]

FROM ground AS demo
COPY --from=demo-environment /opt/rung /opt/rung
VOLUME /var/lib/rung
CMD ["demo"]

FROM ground AS rung
COPY --from=serve-environment /opt/rung /opt/rung
ENV RUNG_METRICS_PORT=9321
EXPOSE 9321 8325
CMD ["web"]
