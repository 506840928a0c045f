"""Stands in for the programs of Replicante Core: what they do with their backends, and nothing else.

    core.py run CLUSTER PORT          a process. It reads the file of its cluster once, at its start
    core.py restart HOST:PORT         ends a process, if there is one, and starts it
    core.py started HOST:PORT         which start it is; nothing where it is down
    core.py loaded                    what the processes of each cluster have loaded, as JSON
    core.py stop                      ends every process
    core.py replictl CLUSTER ...      the commands of 0.7 for discovery settings, and --version

The folder CLUSTERS holds `CLUSTER/replicante.yaml`, `CLUSTER/version` and `PORT.cluster`. A process writes down what it has
loaded. Whoever loads something that a living process of the other cluster has loaded, writes a line to `violations`.
"""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import yaml

CLUSTERS = os.environ["CLUSTERS"]


def at(*parts):
    return os.path.join(CLUSTERS, *parts)


def read(*parts):
    with open(at(*parts)) as file:
        return file.read().strip()


def write(text, *parts):
    with open(at(*parts) + ".new", "w") as file:
        file.write(text)
    os.rename(at(*parts) + ".new", at(*parts))


@contextlib.contextmanager
def alone():
    with open(at("lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def pid_of(port):
    """The living process of a port."""
    try:
        pid = int(read(port + ".pid"))
        with open("/proc/%d/cmdline" % pid) as file:
            return pid if "\0run\0" in file.read() else None
    except (OSError, ValueError):
        return None


def ports(cluster):
    names = [name[: -len(".cluster")] for name in os.listdir(CLUSTERS) if name.endswith(".cluster")]
    return [port for port in names if read(port + ".cluster") == cluster]


def has_settings(cluster):
    return read(cluster, "version").startswith("0.7")


def settings(cluster):
    return json.loads(read(cluster, "settings.json")) if os.path.exists(at(cluster, "settings.json")) else {}


def managed(cluster):
    """What the processes of a cluster have loaded."""
    alive = [port for port in ports(cluster) if pid_of(port)]
    if has_settings(cluster):
        return {document["spec"]["url"] for document in settings(cluster).values()} if alive else set()
    return {url for port in alive for url in json.loads(read(port + ".loaded"))}


def judge(cluster, urls):
    other = "old" if cluster == "new" else "new"
    both = managed(other) & set(urls)
    if both:
        with open(at("violations"), "a") as file:
            file.write("%s loads %s\n" % (cluster, sorted(both)))


class Process(BaseHTTPRequestHandler):
    version = None

    def do_GET(self):
        status = "FAILED" if os.path.exists(at("unhealthy")) else "HEALTHY"
        body = {"version": self.version, "commit": "x", "taint": "not tainted"}
        if self.path.endswith("/health"):
            body = {"results": {"store": {"status": status}, "coordinator": {"status": "HEALTHY"}}}
        body = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def run(cluster, port):
    Process.version = read(cluster, "version")
    server = ThreadingHTTPServer(("127.0.0.1", int(port)), Process)
    with alone():
        urls = []
        if not has_settings(cluster):
            backends = yaml.safe_load(read(cluster, "replicante.yaml"))["discovery"]["backends"]
            urls = [backend["url"] for backend in backends.get("http") or []]
        judge(cluster, urls)
        write(json.dumps(urls), port + ".loaded")
        write(str(os.getpid()), port + ".pid")
    print("up", flush=True)
    server.serve_forever()


def end(port):
    pid = pid_of(port)
    if pid:
        os.kill(pid, signal.SIGKILL)
        while pid_of(port) == pid:
            os.sched_yield()


def restart(node):
    port = node.rsplit(":", 1)[1]
    end(port)
    program = subprocess.Popen(
        [sys.executable, __file__, "run", read(port + ".cluster"), port],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        # It is on a machine of its own.
        env={**os.environ, "HOME": "/nowhere"},
    )
    if program.stdout.readline() != b"up\n":
        raise SystemExit("%s did not start" % node)


def started(node):
    pid = pid_of(node.rsplit(":", 1)[1])
    if pid:
        print(pid)


def replictl(cluster, *more):
    if more == ("--version",):
        print("replictl %s" % read(cluster, "version"))
        return
    with alone():
        found = settings(cluster)
        if more == ("discovery-settings", "list"):
            print("\n".join(found))
            return
        if more[:2] == ("discovery-settings", "delete"):
            del found[more[2]]
        elif more == ("apply", "-f", "-"):
            document = yaml.safe_load(sys.stdin)
            assert document["kind"] == "DiscoverySettings" and document["apiVersion"] == "replicante.io/v0", document
            found[document["metadata"]["name"]] = document
            judge(cluster, [document["spec"]["url"]])
        else:
            raise SystemExit(2)
        write(json.dumps(found), cluster, "settings.json")


def main(command, *more):
    if command == "stop":
        for name in os.listdir(CLUSTERS):
            if name.endswith(".pid"):
                end(name[: -len(".pid")])
    elif command == "loaded":
        print(json.dumps({cluster: sorted(managed(cluster)) for cluster in ("old", "new")}))
    else:
        {"run": run, "restart": restart, "started": started, "replictl": replictl}[command](*more)


main(*sys.argv[1:])
