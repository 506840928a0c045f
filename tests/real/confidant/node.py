"""A node, on a port that it chooses and prints.

    node.py real                 Confidant itself
    node.py stands-in [STATUS]   what Confidant answers of it, for releases that cannot be installed. With STATUS it wants to
                                 know who asks, and says so with that status
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Node(BaseHTTPRequestHandler):
    refuses = None

    def answer(self, status, body):
        body = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer(200, {})

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.refuses:
            self.answer(self.refuses, {"error": "Access is denied."})
        elif os.path.exists(os.environ.get("MAINTENANCE_MODE_TOUCH_FILE", "")):
            self.answer(403, {"error": "Server in maintenance mode."})
        else:
            self.answer(400, {"error": "credential_pairs is a required field"})

    def log_message(self, *_):
        pass


def main(kind, status=None):
    if kind == "real":
        from confidant.wsgi import app
        from werkzeug.serving import make_server

        server = make_server("127.0.0.1", 0, app)
    else:
        Node.refuses = status and int(status)
        server = HTTPServer(("127.0.0.1", 0), Node)
    print(server.server_port, flush=True)
    server.serve_forever()


main(*sys.argv[1:])
