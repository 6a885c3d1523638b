# The service in one container: no build tools left in it, not root, data in a volume.
# Another base (a mirror, one of your own) with Python 3.11 or newer: docker build --build-arg BASE=…
ARG BASE=python:3.11-slim-bookworm

# hadolint ignore=DL3006
FROM ${BASE} AS made
WORKDIR /srv/donghanh
COPY requirements.lock pyproject.toml README.md LICENSE ./
RUN python3 -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock
COPY bot bot
COPY directory directory
COPY locales locales
COPY migrations migrations
# The user of the service may not write beside the code: what Python would keep there is made now.
RUN /opt/venv/bin/python -m compileall -q bot directory migrations \
    && /opt/venv/bin/python -m bot understand "xin chào" > /dev/null

# hadolint ignore=DL3006
FROM ${BASE}
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    DONGHANH_DATA_DIR=/data DONGHANH_HOST=0.0.0.0 DONGHANH_POLICY_FILE=/data/policy.toml
RUN groupadd --gid 10001 donghanh \
    && useradd --uid 10001 --gid 10001 --home-dir /srv/donghanh --shell /usr/sbin/nologin donghanh \
    && install -d -o donghanh -g donghanh -m 700 /data
COPY --from=made /opt/venv /opt/venv
COPY --from=made /srv/donghanh /srv/donghanh
WORKDIR /srv/donghanh
USER 10001:10001
VOLUME ["/data"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["/opt/venv/bin/python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:%s/healthz' % os.environ.get('DONGHANH_PORT', '8080'), timeout=4)"]
ENTRYPOINT ["/opt/venv/bin/python", "-m", "bot"]
CMD ["serve"]
