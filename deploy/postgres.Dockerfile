# One node of the database: PostgreSQL, started and watched by Patroni.
FROM postgres:17-bookworm

RUN apt-get update \
    && apt-get install -y --no-install-recommends python3-venv \
    && rm -rf /var/lib/apt/lists/* \
    && python3 -m venv /opt/patroni \
    && /opt/patroni/bin/pip install --no-cache-dir 'patroni[etcd3]>=4.1,<5' 'psycopg[binary]>=3.2,<4'
COPY deploy/patroni.yml deploy/post_bootstrap.sh /etc/patroni/
RUN chmod 755 /etc/patroni/post_bootstrap.sh

USER postgres
EXPOSE 5432 8008
ENTRYPOINT ["/opt/patroni/bin/patroni", "/etc/patroni/patroni.yml"]
