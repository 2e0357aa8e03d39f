"""Answer every request over TLS with 200, with the certificate in a file. Prints the port."""

from __future__ import annotations

import http.server
import ssl
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers."""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200)
        self.end_headers()

    do_POST = do_GET  # noqa: N815 - as above


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
