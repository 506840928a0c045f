"""Tells which discovery backends two clusters of Replicante Core have, and moves none of them.

    backends.py pending   ...  writes each backend that the new cluster does not have yet into `pending.json` beside FILE
    backends.py nowhere   ...  each known backend that neither cluster has
    backends.py both      ...  each backend that both clusters have
    backends.py missing   ...  each known backend that the new cluster does not have
    backends.py version   ...  the version of the cluster that has backends: of the old one until it has none
    backends.py unhealthy NODE            what of a process is not healthy
    backends.py apply REPLICTL            gives the backends on standard input to a cluster of 0.7 or later
    backends.py delete REPLICTL           takes them from it
    backends.py note FILE COMMAND ... NODE   writes down which start that is
    backends.py restarted FILE COMMAND ... NODE  `yes` where the process has been started since
    backends.py loaded CONF FILE COMMAND ... NODE  each backend on standard input that the process may have loaded

The options of the first five are `--known FILE --old FORM PLACE NODE --new FORM PLACE NODE`. FORM is `file`, and PLACE the
configuration file, or FORM is `settings`, and PLACE is replictl. NODE is host:port of a process. FILE keeps every backend that was seen, so that one that is
in neither cluster is not forgotten.

A backend has no name. As Replicante does, it is told by url, headers and tls.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import urllib.request

import yaml


def identity(backend):
    return json.dumps([backend.get(key) or None for key in ("url", "headers", "tls")], sort_keys=True)


def name(backend):
    """The same backend gets the same name each time."""
    return "stepwell-" + hashlib.sha256(identity(backend).encode()).hexdigest()[:12]


def settings(replictl):
    output = subprocess.check_output([replictl, "discovery-settings", "list"], universal_newlines=True)
    return [line.strip() for line in output.splitlines() if line.strip()]


def of_cluster(form, place, known):
    """The backends of a cluster, as its configuration says."""
    if form == "settings":
        there = set(settings(place))
        return [backend for backend in known if name(backend) in there]
    if not os.path.exists(place):
        return []
    with open(place) as file:
        discovery = (yaml.safe_load(file) or {}).get("discovery") or {}
    return (discovery.get("backends") or {}).get("http") or []


def keep(path, backends):
    """Written under another name first: what was known is never lost."""
    with open(path + ".new", "w") as file:
        json.dump(backends, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.rename(path + ".new", path)


def introspect(node, what):
    with urllib.request.urlopen("http://%s/api/unstable/introspect/%s" % (node, what), timeout=30) as answer:
        return json.load(answer)


def unhealthy(node):
    """The answer has the status 200 whatever is in it."""
    try:
        results = introspect(node, "health")["results"]
    except (OSError, KeyError, ValueError) as error:
        return ["%s does not answer: %s" % (node, error)]
    bad = ["%s is %s" % (name, one.get("status")) for name, one in results.items() if one.get("status") != "HEALTHY"]
    return bad if results else ["%s says nothing of its health" % node]


def look(question, known, old, new):
    backends = []
    if os.path.exists(known):
        with open(known) as file:
            backends = json.load(file)
    seen = {identity(backend) for backend in backends}
    in_old = of_cluster(old[0], old[1], backends)
    in_new = of_cluster(new[0], new[1], backends)
    if question == "version":
        return [introspect(new[2] if in_new and not in_old else old[2], "version")["version"]]
    fresh = [backend for backend in in_old + in_new if identity(backend) not in seen]
    backends += {identity(backend): backend for backend in fresh}.values()
    if question == "pending":
        os.makedirs(os.path.dirname(known), exist_ok=True)
        keep(known, backends)
    old, new = ({identity(backend) for backend in cluster} for cluster in (in_old, in_new))
    wanted = {
        "pending": lambda one: one not in new or one in old,
        "missing": lambda one: one not in new,
        "nowhere": lambda one: one not in new and one not in old,
        "both": lambda one: one in new and one in old,
    }[question]
    found = [backend for backend in backends if wanted(identity(backend))]
    if question == "pending":
        keep(os.path.join(os.path.dirname(known), "pending.json"), found)
    return found


def apply(replictl, backends):
    for backend in backends:
        spec = {"backend": "http", "enabled": True, "interval": 60, **backend}
        document = {
            "apiVersion": "replicante.io/v0",
            "kind": "DiscoverySettings",
            "metadata": {"namespace": "default", "name": name(backend)},
            "spec": spec,
        }
        text = json.dumps(document)
        subprocess.run([replictl, "apply", "-f", "-"], input=text, universal_newlines=True, check=True)


def delete(replictl, backends):
    there = set(settings(replictl))
    for backend in backends:
        if name(backend) in there:
            subprocess.check_call([replictl, "discovery-settings", "delete", name(backend)])


def started(command):
    return subprocess.check_output(command, universal_newlines=True).strip()


def restarted(path, command):
    """A process that is down has not been restarted."""
    with open(path) as file:
        before = json.load(file)
    return started(command) not in ("", before)


def loaded(conf, path, command, group):
    """A process reads its file once, when it starts. So one that was started after the last edit has what the file says, and
    of any other nobody knows."""
    now = {identity(backend) for backend in of_cluster("file", conf, [])}
    fresh = os.path.exists(path) and restarted(path, command)
    return [backend for backend in group if not fresh or identity(backend) in now]


def main(question, *more):
    if question in ("version", "pending", "nowhere", "both", "missing"):
        options = argparse.ArgumentParser()
        options.add_argument("--known", required=True)
        options.add_argument("--old", nargs=3, required=True)
        options.add_argument("--new", nargs=3, required=True)
        options = options.parse_args(more)
        for found in look(question, options.known, options.old, options.new):
            print(found if question == "version" else found.get("url"))
    elif question == "unhealthy":
        for found in unhealthy(more[0]):
            print(found)
    elif question in ("apply", "delete"):
        {"apply": apply, "delete": delete}[question](more[0], json.load(sys.stdin))
    elif question == "note":
        path, command = more[0], more[1:]
        os.makedirs(os.path.dirname(path), exist_ok=True)
        keep(path, started(command))
    elif question == "restarted":
        print("yes" if restarted(more[0], more[1:]) else "no")
    elif question == "loaded":
        for backend in loaded(more[0], more[1], more[2:], json.load(sys.stdin)):
            print(backend.get("url"))
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
