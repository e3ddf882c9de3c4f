"""What the loss of the primary costs: PostgreSQL under Patroni, two servers, writers.

By hand only; it takes a minute or two for each run:

    apt-get install etcd-server postgresql
    .venv/bin/pip install uv && .venv/bin/uv pip install --group failover
    .venv/bin/python -m tools.failover --runs 3 --kinds kill,stop

Everything is in a temporary folder, on free ports of the loopback, and ends with the program. Each
run lets writers send commands to both servers, takes the primary's node away in the middle (`kill`:
SIGKILL, as a crash; `stop`: SIGSTOP, as a frozen machine that comes back later and still believes
that it is the primary), and counts in the new primary what had been acknowledged.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import Any

import httpx
import psycopg

from mts_tui.backend import wire
from mts_tui.backend.store.transaction import new_key

HOST = "127.0.0.1"
NOBODY = 65534
"""PostgreSQL refuses to run as root."""
AS_NOBODY = (
    *("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"),
    # Root's own Python may be in a folder that nobody else can look into.
    *("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"),
)
DATABASE = "mts"
WARM_UP = 5.0
AFTERWARDS = 5.0
LONGEST_GAP = 30.0
"""Reliability goal 8."""
READY_WITHIN = 180.0
PAUSE = 0.2
TRY_SECONDS = 10.0
GIVE_UP_SECONDS = 120.0
KINDS = ("kill", "stop")
SYNCHRONOUS = (
    "SELECT application_name FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')"
)
STREAMING = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"
CHECKS = "check inter 1s fastinter 500ms fall 2 rise 1 on-marked-down shutdown-sessions"
HEAD = """\
| kind | acknowledged | lost | doubled | repeats that differ | unanswered | gap, s \
| new leader, s | standby again, s | answers |
|---|---|---|---|---|---|---|---|---|---|
"""


class FailedError(Exception):
    """The cluster did not do what it should."""


ENDING = threading.Event()


def _told_to_end(_number: int, _frame: object) -> None:
    """Ctrl+C or SIGTERM: end what was started, and let nothing disturb that."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    ENDING.set()
    raise KeyboardInterrupt


# ------------------------------------------------------------------ processes


class Processes:
    """Processes in a folder of their own, each ended by its own id."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(
        self,
        name: str,
        *command: str,
        environment: dict[str, str] | None = None,
        humble: bool = False,
    ) -> subprocess.Popen[bytes]:
        """Start a process, `humble` never as root; what it says goes to `NAME.log`."""
        if humble and _root():
            command = (*AS_NOBODY, *command)
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                # Ctrl+C is for this program, which ends the others in order.
                start_new_session=True,
                env={**_environment(), "HOME": str(self.folder), **(environment or {})},
            )
        self._running[name] = process
        return process

    def end(self) -> None:
        """End everything, the newest first."""
        for process in reversed(self._running.values()):
            for one in reversed([process.pid, *_descendants(process.pid)]):
                _send(one, signal.SIGCONT)
            _send(process.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
                continue
            process.kill()
            process.wait()


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _descendants(pid: int) -> list[int]:
    """A process's children, theirs after them."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = (folder / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[1]
            children.setdefault(int(parent), []).append(int(folder.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found[1:]


def _environment() -> dict[str, str]:
    return {
        name: text
        for name, text in os.environ.items()
        if "proxy" not in name.lower() and not name.startswith(("PG", "PATRONI", "ETCD", "MTS_"))
    }


def _root() -> bool:
    return os.geteuid() == 0


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as free:
        port: int = free.getsockname()[1]
        return port


def _until(told: str, done: Callable[[], Any], seconds: float = READY_WITHIN) -> Any:
    """What `done` gives once it gives something; it may fail until then."""
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(httpx.HTTPError, psycopg.Error, OSError):
            if found := done():
                return found
        if time.monotonic() > deadline:
            raise FailedError(f"waited {seconds:.0f} s in vain: {told}")
        if ENDING.wait(0.2):
            raise FailedError("told to end")


# ------------------------------------------------------------------ the cluster


@dataclass
class Node:
    """One PostgreSQL with its Patroni."""

    name: str
    folder: Path
    port: int = field(default_factory=_free_port)
    rest: int = field(default_factory=_free_port)
    patroni: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        """The database's folder."""
        return self.folder / "data"

    def pids(self) -> list[int]:
        """Everything that runs on this node, Patroni first: it must not see the rest die."""
        found = []
        if self.patroni is not None and self.patroni.poll() is None:
            found += [self.patroni.pid, *_descendants(self.patroni.pid)]
        if (postmaster := self.postmaster()) is not None:
            found += [postmaster, *_descendants(postmaster)]
        return list(dict.fromkeys(found))

    def postmaster(self) -> int | None:
        """The id of this node's PostgreSQL, where it runs: it outlives its Patroni."""
        try:
            pid = int((self.data / "postmaster.pid").read_text("utf-8").splitlines()[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError, IndexError):
            return None
        return pid if str(self.data).encode() in command else None


class Cluster:
    """An etcd and some nodes.

    Args:
        processes: What runs.
        options: The command line.
    """

    def __init__(self, processes: Processes, options: argparse.Namespace) -> None:
        self._processes = processes
        self._options = options
        self._secret = {name: token_hex(16) for name in ("postgres", "replicator", DATABASE)}
        self._etcd = _free_port()
        self.nodes = [
            Node(name, processes.folder / name)
            for name in (f"node{number}" for number in range(1, options.nodes + 1))
        ]

    @property
    def url(self) -> str:
        """The database's address for a server: all nodes, whichever takes writes."""
        hosts = ",".join(f"{HOST}:{node.port}" for node in self.nodes)
        secret = self._secret[DATABASE]
        return (
            f"postgresql://{DATABASE}:{secret}@{hosts}/{DATABASE}?target_session_attrs=read-write"
        )

    def url_by_proxy(self) -> str:
        """The same through an HAProxy that asks each Patroni, as in `deploy/haproxy.cfg`."""
        port = _free_port()
        lines = [
            "defaults",
            "    mode tcp",
            "    timeout connect 3s",
            "    timeout check 7s",
            "    timeout client 1h",
            "    timeout server 1h",
            "listen primary",
            f"    bind {HOST}:{port}",
            "    option httpchk OPTIONS /primary",
            "    http-check expect status 200",
            f"    default-server {CHECKS}",
            *(f"    server {node.name} {HOST}:{node.port} port {node.rest}" for node in self.nodes),
        ]
        settings = self._processes.folder / "haproxy.cfg"
        settings.write_text("\n".join([*lines, ""]))
        self._processes.start("haproxy", self._options.haproxy, "-f", str(settings))
        return f"postgresql://{DATABASE}:{self._secret[DATABASE]}@{HOST}:{port}/{DATABASE}"

    def begin(self) -> None:
        """Start everything and wait until a standby follows synchronously."""
        peers = f"http://{HOST}:{_free_port()}"
        clients = f"http://{HOST}:{self._etcd}"
        self._processes.start(
            "etcd",
            self._options.etcd,
            *("--name", "etcd", "--data-dir", str(self._processes.folder / "etcd")),
            *("--listen-client-urls", clients, "--advertise-client-urls", clients),
            *("--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers),
            *("--initial-cluster", f"etcd={peers}"),
        )
        _until("etcd", lambda: httpx.get(f"{clients}/health").json().get("health") == "true")
        for node in self.nodes:
            node.folder.mkdir(mode=0o700)
            if _root():
                os.chown(node.folder, NOBODY, NOBODY)
            settings = node.folder / "patroni.yml"  # JSON is YAML.
            settings.write_text(json.dumps(self._settings(node)))
            settings.chmod(0o600)
            if _root():
                os.chown(settings, NOBODY, NOBODY)
            self.start(node)
            if node is self.nodes[0]:
                _until("a leader", self.leader)
        self.wait_for_standby()
        with self._connect("postgres") as connection:
            secret = psycopg.sql.Literal(self._secret[DATABASE])
            connection.execute(
                psycopg.sql.SQL(f"CREATE ROLE {DATABASE} LOGIN PASSWORD {{}}").format(secret)
            )
            connection.execute(f"CREATE DATABASE {DATABASE} OWNER {DATABASE}")
            connection.execute(f"GRANT pg_read_all_stats TO {DATABASE}")  # To tell of standbys.

    def start(self, node: Node) -> None:
        """Start a node's Patroni, which starts the rest."""
        patroni = Path(sys.executable).with_name("patroni")
        node.patroni = self._processes.start(
            node.name,
            *(sys.executable, str(patroni), str(node.folder / "patroni.yml")),
            humble=True,
        )

    def leader(self) -> Node | None:
        """The node that says that it holds the leader's lock; None while there is none."""
        for node in self.nodes:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"http://{HOST}:{node.rest}/primary", timeout=1).is_success:
                    return node
        return None

    def wait_for_standby(self) -> str:
        """Wait until the primary waits for a standby; the names of those that it waits for.

        Raises:
            FailedError: There is none, or the primary would acknowledge without it.
        """
        names: list[tuple[str]] = _until("a synchronous standby", partial(self.ask, SYNCHRONOUS))
        waits = self.ask("SHOW synchronous_standby_names")[0][0]
        if not waits:
            raise FailedError("synchronous_standby_names is empty")
        for level in self.ask("SHOW synchronous_commit"):
            if level[0] != "on":
                raise FailedError(f"synchronous_commit is {level[0]}")
        if self.ask(STREAMING)[0][0] < len(self.nodes) - 1:
            time.sleep(1)
            return self.wait_for_standby()
        return ", ".join(name for (name,) in names)

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask the primary."""
        with self._connect(DATABASE if self._is_made() else "postgres") as connection:
            return connection.execute(statement.encode()).fetchall()

    def end(self) -> None:
        """End the databases; their Patronis end with the other processes."""
        for node in self.nodes:
            for pid in reversed(node.pids()):
                _send(pid, signal.SIGCONT)
            if node.patroni is not None and node.patroni.poll() is None:
                node.patroni.terminate()
        for node in self.nodes:
            if node.patroni is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    node.patroni.wait(20)
            if (postmaster := node.postmaster()) is not None:
                _send(postmaster, signal.SIGQUIT)

    def _is_made(self) -> bool:
        with self._connect("postgres") as connection:
            found = connection.execute(
                "SELECT FROM pg_database WHERE datname = %s", (DATABASE,)
            ).fetchone()
        return found is not None

    def _connect(self, database: str) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(
            host=",".join(HOST for _ in self.nodes),
            port=",".join(str(node.port) for node in self.nodes),
            user="postgres",
            password=self._secret["postgres"],
            dbname=database,
            target_session_attrs="read-write",
            connect_timeout=3,
            autocommit=True,
        )

    def _settings(self, node: Node) -> dict[str, Any]:
        options = self._options
        return {
            "scope": "failover",
            "name": node.name,
            "restapi": {
                "listen": f"{HOST}:{node.rest}",
                "connect_address": f"{HOST}:{node.rest}",
            },
            "etcd3": {"host": f"{HOST}:{self._etcd}"},
            "bootstrap": {
                "dcs": {
                    "ttl": options.ttl,
                    "loop_wait": options.loop_wait,
                    "retry_timeout": options.retry_timeout,
                    "synchronous_mode": True,
                    "synchronous_mode_strict": options.strict,
                    "postgresql": {
                        "use_pg_rewind": True,
                        "parameters": {"shared_buffers": "64MB", "max_connections": 100},
                    },
                },
                "initdb": [{"encoding": "UTF8"}, {"locale": "C"}, "data-checksums"],
            },
            "postgresql": {
                "listen": f"{HOST}:{node.port}",
                "connect_address": f"{HOST}:{node.port}",
                "data_dir": str(node.data),
                "bin_dir": options.postgres,
                "pgpass": str(node.folder / "pgpass"),
                "authentication": {
                    "superuser": {"username": "postgres", "password": self._secret["postgres"]},
                    "replication": {
                        "username": "replicator",
                        "password": self._secret["replicator"],
                    },
                },
                "pg_hba": [
                    f"host replication replicator {HOST}/32 scram-sha-256",
                    f"host all all {HOST}/32 scram-sha-256",
                ],
                "parameters": {"unix_socket_directories": str(node.folder)},
            },
        }


# ------------------------------------------------------------------ the load


@dataclass
class Load:
    """Writers: each sends one command after another, each until it is answered."""

    servers: list[str]
    phones: list[str]
    run: int
    acknowledged: dict[str, float] = field(default_factory=dict)
    keys: dict[str, tuple[str, str, bytes]] = field(default_factory=dict)
    unanswered: set[str] = field(default_factory=set)
    answers: Counter[str] = field(default_factory=Counter)
    ending: asyncio.Event = field(default_factory=asyncio.Event)

    async def writer(self, number: int, client: httpx.AsyncClient) -> None:
        """Send until the end."""
        phone = self.phones[number % len(self.phones)]
        for count in itertools.count():
            if self.ending.is_set():
                return
            await self._send(client, phone, f"{self.run}-{number}-{count}", number)

    async def _send(self, client: httpx.AsyncClient, phone: str, text: str, number: int) -> None:
        key = new_key()
        self.unanswered.add(text)
        deadline = time.monotonic() + GIVE_UP_SECONDS
        for turn in itertools.count(number):
            response = await self._once(client, self.servers[turn % 2], phone, text, key)
            if response is not None and response.is_success:
                self.acknowledged[text] = time.monotonic()
                self.unanswered.discard(text)
                self.keys[text] = (phone, key, response.content)
                return
            if time.monotonic() > deadline:
                return
            await asyncio.sleep(PAUSE)

    async def _once(
        self, client: httpx.AsyncClient, server: str, phone: str, text: str, key: str
    ) -> httpx.Response | None:
        path = f"{server}{wire.BASE}/demo/sims/{phone.replace('+', '%2B')}/messages"
        try:
            response = await client.post(
                path,
                json={"to": "+79000000000", "text": text},
                headers={wire.KEY_HEADER: key},
                timeout=TRY_SECONDS,
            )
        except httpx.HTTPError as error:
            self.answers[type(error).__name__] += 1
            return None
        self.answers[str(response.status_code)] += 1
        if not (response.is_success or response.status_code == httpx.codes.SERVICE_UNAVAILABLE):
            raise FailedError(f"{response.status_code}: {response.text}")
        return response

    async def repeat(self, client: httpx.AsyncClient, since: float) -> int:
        """Send again, with their keys, what was acknowledged since; how many answers differ."""
        again = [text for text, at in self.acknowledged.items() if at >= since]
        differ = 0
        for number, text in enumerate(again):
            phone, key, content = self.keys[text]
            response = await self._once(client, self.servers[number % 2], phone, text, key)
            differ += response is None or response.content != content
        return differ


@dataclass
class Result:
    """What one run has shown; seconds from the moment at which the primary was taken away."""

    kind: str
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    differ: int = 0
    unanswered: int = 0
    gap: float = 0.0
    leader_after: float = 0.0
    standby_after: float = 0.0
    answers: dict[str, int] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """Whether reliability goal 8 is kept."""
        broken = self.lost + self.doubled + self.differ + self.unanswered
        return broken == 0 and self.gap <= LONGEST_GAP


async def one_run(
    kind: str, number: int, cluster: Cluster, servers: list[str], writers: int
) -> Result:
    """Take the primary away under load, and count."""
    result = Result(kind)
    loop = asyncio.get_running_loop()
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=2 * writers)) as client:
        sims = (await client.get(f"{servers[0]}{wire.BASE}/demo/sims")).json()["items"]
        load = Load(servers, [sim["phone"] for sim in sims], number)
        tasks = [asyncio.ensure_future(load.writer(one, client)) for one in range(writers)]
        try:
            await asyncio.sleep(WARM_UP)
            primary = await loop.run_in_executor(None, _until, "a primary", cluster.leader)
            pids = primary.pids()
            taken_at = time.monotonic()
            for pid in pids:
                _send(pid, signal.SIGKILL if kind == "kill" else signal.SIGSTOP)
            watch = loop.run_in_executor(None, _new_leader, cluster, primary)
            leader_at = await watch
            patience = leader_at + GIVE_UP_SECONDS
            while not _since(load, leader_at) and time.monotonic() < patience:  # noqa: ASYNC110
                await asyncio.sleep(PAUSE)
            await asyncio.sleep(AFTERWARDS)
            if kind == "stop":
                for pid in reversed(pids):
                    _send(pid, signal.SIGCONT)
                await asyncio.sleep(AFTERWARDS)
            load.ending.set()
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
        if kind == "kill":
            cluster.start(primary)
        await loop.run_in_executor(None, cluster.wait_for_standby)
        result.standby_after = time.monotonic() - taken_at
        result.differ = await load.repeat(client, taken_at - 2)
    moments = sorted(load.acknowledged.values())
    result.gap = max(after - before for before, after in itertools.pairwise(moments))
    result.leader_after = leader_at - taken_at
    result.acknowledged = len(moments)
    result.unanswered = len(load.unanswered)
    result.answers = dict(load.answers)
    rows = cluster.ask(
        f"SELECT text, count(*) FROM messages WHERE text LIKE '{number}-%' GROUP BY text"  # noqa: S608
    )
    kept = {text: int(count) for text, count in rows}
    result.lost = sum(text not in kept for text in load.acknowledged)
    result.doubled = sum(count > 1 for count in kept.values())
    return result


def _since(load: Load, moment: float) -> bool:
    return any(at > moment for at in load.acknowledged.values())


def _new_leader(cluster: Cluster, old: Node) -> float:
    """When another node has become the leader."""
    others = [node for node in cluster.nodes if node is not old]

    def taken_over() -> bool:
        return any(
            httpx.get(f"http://{HOST}:{node.rest}/primary", timeout=1).is_success for node in others
        )

    _until("a new leader", taken_over)
    return time.monotonic()


# ------------------------------------------------------------------ from the command line


@contextlib.contextmanager
def serving(processes: Processes, url: str) -> Iterator[list[str]]:
    """Two processes of the server, on the database at `url`."""
    servers = []
    for number in (1, 2):
        port = _free_port()
        name = f"server{number}"
        processes.start(
            name,
            *(sys.executable, "-m", "mts_tui", "serve", "--demo", "--port", str(port)),
            *("--at", str(processes.folder / name)),
            environment={"MTS_TUI_DATABASE": url, "PYTHONPATH": str(Path(__file__).parents[1])},
        )
        server = f"http://{HOST}:{port}"
        _until(name, partial(_is_ready, server))
        servers.append(server)
    told = httpx.get(f"{servers[0]}/health/ready").json()
    print("the server says:", json.dumps(told), flush=True)
    yield servers


def _is_ready(server: str) -> bool:
    return httpx.get(f"{server}/health/ready").is_success


def _table(results: list[Result]) -> str:
    lines = []
    for one in results:
        answers = ", ".join(f"{name} {count}" for name, count in sorted(one.answers.items()))
        lines.append(
            f"| {one.kind} | {one.acknowledged} | {one.lost} | {one.doubled} | {one.differ} |"
            f" {one.unanswered} | {one.gap:.1f} | {one.leader_after:.1f} |"
            f" {one.standby_after:.1f} | {answers} |"
        )
    return HEAD + "\n".join(lines)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.failover",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--runs", type=int, default=1, help="of each kind (default 1)")
    parser.add_argument("--kinds", default=",".join(KINDS), help="kill, stop (default both)")
    parser.add_argument("--nodes", type=int, default=2, help="databases (default 2)")
    parser.add_argument("--writers", type=int, default=8, help="at once (default 8)")
    parser.add_argument("--ttl", type=int, default=20, help="Patroni's; 20 is its least")
    parser.add_argument("--loop-wait", type=int, default=5)
    parser.add_argument("--retry-timeout", type=int, default=5)
    parser.add_argument("--strict", action="store_true", help="synchronous_mode_strict")
    parser.add_argument("--etcd", default=shutil.which("etcd") or "", metavar="FILE")
    parser.add_argument(
        "--haproxy", default="", metavar="FILE", help="go to the primary through it (default: not)"
    )
    parser.add_argument("--postgres", default=_programs(), metavar="FOLDER", help="its programs")
    parser.add_argument("--keep", action="store_true", help="keep the folder with the logs")
    options = parser.parse_args()
    if not options.etcd:
        parser.error("etcd is not on PATH: apt-get install etcd-server, or --etcd FILE")
    if not options.postgres:
        parser.error("PostgreSQL is not found: apt-get install postgresql, or --postgres FOLDER")
    if unknown := set(options.kinds.split(",")) - set(KINDS):
        parser.error(f"no such kind: {', '.join(sorted(unknown))}")
    return options


def _programs() -> str:
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = homes[-1] if homes else shutil.which("initdb")
    return str(Path(found).parent) if found else ""


def _run(options: argparse.Namespace, processes: Processes) -> list[Result]:
    cluster = Cluster(processes, options)
    results: list[Result] = []
    with contextlib.ExitStack() as stack:
        stack.callback(cluster.end)
        cluster.begin()
        print("synchronous:", cluster.wait_for_standby(), flush=True)
        url = cluster.url_by_proxy() if options.haproxy else cluster.url
        servers = stack.enter_context(serving(processes, url))
        kinds = options.kinds.split(",") * options.runs
        for number, kind in enumerate(kinds, start=1):
            cluster.wait_for_standby()
            result = asyncio.run(one_run(kind, number, cluster, servers, options.writers))
            results.append(result)
            print(_table([result]).splitlines()[-1], flush=True)
    return results


def main() -> int:
    """Run; 0 where the goal was kept, 1 where it was not."""
    options = _options()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _told_to_end)
    folder = Path(tempfile.mkdtemp(prefix="failover-"))
    if _root():
        os.chown(folder, NOBODY, NOBODY)
    processes = Processes(folder)
    print(
        f"{os.cpu_count()} cores, {options.nodes} nodes, ttl {options.ttl},"
        f" loop_wait {options.loop_wait}, retry_timeout {options.retry_timeout},"
        f" strict {options.strict}, {options.writers} writers,"
        f" {'HAProxy' if options.haproxy else 'all nodes in the address'}, {folder}",
        flush=True,
    )
    try:
        results = _run(options, processes)
    except KeyboardInterrupt:
        return 130
    finally:
        processes.end()
        if options.keep:
            print("the logs are in", folder)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    print(_table(results))
    return 0 if all(one.good for one in results) else 1


if __name__ == "__main__":
    sys.exit(main())
