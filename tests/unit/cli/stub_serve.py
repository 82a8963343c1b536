"""What `aibt up` starts in the tests: answers /healthz, and ends as AIBT_TEST_STUB says."""

import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

MODE = os.environ.get("AIBT_TEST_STUB", "")


class Health(BaseHTTPRequestHandler):
    asked = 0

    def do_GET(self) -> None:
        Health.asked += 1
        ready = Health.asked > 2 and MODE != "never"
        self.send_response(200 if ready else 503)
        self.end_headers()
        word = b"true" if ready else b"false"
        self.wfile.write(b'{"ready": ' + word + b', "parts": {"supervisor": "starting"}}')

    def log_message(self, *_: object) -> None:
        pass


if MODE == "die":
    sys.stderr.write("the store is of another version\n")
    sys.exit(4)
sys.stdout.write("Open http://127.0.0.1:1/sign-in#abc  It signs you in.\n")
sys.stdout.write("Ray dashboard: http://127.0.0.1:12345   its token lies there\n")
sys.stdout.flush()
if MODE == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
else:
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Health).serve_forever()
