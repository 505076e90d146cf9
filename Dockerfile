# One image per role, and every service in it; which one it runs is its argument: `python3 -m health_svc api`. Services share
# common/ and so their version; what differs between them is a folder of text.
#
#   docker build --target api     -t roger-api .       # api, errands, migrations; has no browser and no selenium
#   docker build --target worker  -t roger-worker .    # Chromium and its driver
#   docker build --target sandbox -t roger-sandbox .   # the stand-ins, for a demo or a test
#
# Python and Chromium are Debian's, so that one distribution's security updates cover the whole image.

ARG BASE=debian:bookworm-slim

FROM ${BASE} AS python
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates python3 tini \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/ldconfig/aux-cache /var/log/*
RUN groupadd --gid 10001 roger \
 && useradd --uid 10001 --gid 10001 --home-dir /tmp --no-create-home --shell /usr/sbin/nologin roger \
 && install -d -o 10001 -g 10001 /exchange

# Made here and copied: no image holds pip.
FROM python AS libraries
RUN apt-get update && apt-get install -y --no-install-recommends python3-venv
RUN python3 -m venv /build/tools && python3 -m venv --without-pip /opt/roger
COPY pyproject.toml requirements.lock /build/
COPY scripts/locked.py /build/scripts/
RUN python3 /build/scripts/locked.py --without selenium >/build/api.lock \
 && /build/tools/bin/pip --python /opt/roger/bin/python install --no-cache-dir --require-hashes --no-deps \
    --only-binary :all: -r /build/api.lock

FROM libraries AS browser-libraries
RUN python3 /build/scripts/locked.py documents surface >/build/worker.lock \
 && /build/tools/bin/pip --python /opt/roger/bin/python install --no-cache-dir --require-hashes --no-deps \
    --only-binary :all: -r /build/worker.lock

# The root is read-only at run time, so byte code is made here; checked by nothing, so that it is the same in each build.
FROM python AS code
COPY . /source
RUN mkdir -p /opt/app /opt/sandbox \
 && cp -r /source/common /source/*_svc /opt/app \
 && cp -r /source/sandbox /opt/sandbox \
 && python3 -m compileall -q --invalidation-mode unchecked-hash /opt/app /opt/sandbox

# In a container each process has the ports to itself, so all of them answer at 8000.
FROM python AS base
ENV PATH=/opt/roger/bin:$PATH \
    PYTHONPATH=/opt/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    ROGER_API_HOST=0.0.0.0 \
    ROGER_API_PORT=8000 \
    ROGER_ERRANDS_HOST=0.0.0.0 \
    ROGER_ERRANDS_PROBE_PORT=8000 \
    ROGER_WORKER_HOST=0.0.0.0 \
    ROGER_WORKER_PROBE_PORT=8000
COPY --chmod=755 scripts/roger-in-image /usr/local/bin/roger
WORKDIR /opt/app
USER 10001:10001
EXPOSE 8000
# tini collects what Chromium leaves behind, and hands SIGTERM on to Python.
ENTRYPOINT ["tini", "--"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python3", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]

FROM base AS api
COPY --from=libraries /opt/roger /opt/roger
COPY --from=code /opt/app /opt/app
CMD ["roger", "--help"]

FROM libraries AS sandbox-libraries
RUN python3 /build/scripts/locked.py --without selenium sandbox >/build/sandbox.lock \
 && /build/tools/bin/pip --python /opt/roger/bin/python install --no-cache-dir --require-hashes --no-deps \
    --only-binary :all: -r /build/sandbox.lock

# SOFIE's stand-in is a desktop program with a display of its own. Of noVNC only its files: the package stands on much more.
FROM base AS sandbox
USER root
RUN apt-get update \
 && apt-get install -y --no-install-recommends fonts-dejavu-core python3-tk tigervnc-standalone-server \
 && cd /tmp && apt-get download -o APT::Sandbox::User=root novnc && dpkg-deb -x novnc_*.deb novnc \
 && mv novnc/usr/share/novnc /usr/share/novnc && rm -r /tmp/novnc* \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/fontconfig /var/log/* /var/cache/ldconfig/aux-cache
USER 10001:10001
COPY --from=sandbox-libraries /opt/roger /opt/roger
COPY --from=code /opt/app /opt/app
COPY --from=code /opt/sandbox /opt/app
CMD ["python3", "-m", "sandbox.hspro", "--host", "0.0.0.0", "--port", "8000", "--data", "/tmp/hspro"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python3", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/', timeout=4)"]

FROM base AS worker
USER root
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
    chromium-headless-shell chromium-driver fonts-liberation ghostscript tesseract-ocr tesseract-ocr-nor \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/fontconfig /var/log/* /var/cache/ldconfig/aux-cache
USER 10001:10001
COPY --from=browser-libraries /opt/roger /opt/roger
COPY --from=code /opt/app /opt/app
CMD ["roger", "--help"]
