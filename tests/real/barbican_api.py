"""Asks the real API of a Barbican, in this process: ``barbican_api.py PASTE PROJECT put PAYLOAD | get SECRET``.

The service's own pipeline is taken from PASTE, all but the filter that asks Keystone who is there, and the configuration
is read where the service reads it, in ``~/.barbican``. ``put`` prints the id of the new secret; ``get`` the status of its
metadata, that of its payload, the request's id and the payload.
"""

import configparser
import json
import sys

import webob
from paste import deploy

paste, project, verb, what = sys.argv[1:]
del sys.argv[1:]  # Barbican reads its arguments too

ini = configparser.RawConfigParser()
ini.read(paste)
*filters, name = ini["pipeline:barbican-api-keystone"]["pipeline"].split()
app = deploy.loadapp("config:" + paste, name=name)
for name in reversed(filters):
    if name != "authtoken":
        app = deploy.loadfilter("config:" + paste, name=name)(app)

# What the filter that is left out would say of who is there.
there = {"X-Identity-Status": "Confirmed", "X-Project-Id": project, "X-User-Id": "tester"}
there["X-Roles"] = "creator,member,reader"


def ask(path, **more):
    return webob.Request.blank(path, headers=there, **more).get_response(app)


if verb == "put":
    body = {"name": "kept", "payload": what, "payload_content_type": "text/plain"}
    answer = ask("/secrets", method="POST", content_type="application/json", body=json.dumps(body).encode())
    print(answer.json["secret_ref"].rsplit("/", 1)[1])
else:
    metadata = ask("/secrets/" + what, accept="application/json")
    payload = ask(f"/secrets/{what}/payload", accept="text/plain")
    identified = payload.headers.get("x-openstack-request-id", "-")[:4]
    print(metadata.status_int, payload.status_int, identified, payload.text if payload.status_int == 200 else "-")
