"""A server of one's own, started and ended, and requests to it: what the scripts beside this file share."""
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = ROOT / ".build/release/easel"


class Server:
    """`easel serve` on a free port of loopback, with a data folder that outlives it when `data` is given."""

    def __init__(self, data=None, port=0, settings=None, options=()):
        self.data = Path(data or tempfile.mkdtemp(prefix="easel-server-"))
        self.log = open(self.data.with_suffix(".log"), "ab")
        began = self.log.tell()
        environment = dict(os.environ, **{f"EASEL_{key.upper()}": str(value) for key, value in (settings or {}).items()})
        self.process = subprocess.Popen(
            [BINARY, "serve", "--port", str(port), "--data", self.data, *options], env=environment, stderr=self.log, stdout=subprocess.DEVNULL)
        self.port = self._port(began)
        self.url = f"http://127.0.0.1:{self.port}"

    def _port(self, began):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            text = Path(self.log.name).read_bytes()[began:].decode()
            if found := re.search(r"Listening on http://\S+:(\d+)", text):
                return int(found[1])
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise SystemExit(f"The server did not start:\n{Path(self.log.name).read_text()}")

    def wait_ready(self, seconds=60):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(self.url + "/readyz", timeout=5):
                    return
            except OSError:
                time.sleep(0.05)
        raise SystemExit("The server did not get ready.")

    def json(self, path):
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return json.load(answer)

    def resident_bytes(self):
        """Anonymous memory: what is mapped from files the system can drop at any time."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"RssAnon:\s+(\d+) kB", status)[1]) * 1024

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)
        return self.process.returncode


class Connection:
    """One kept-alive connection for asyncio: enough of HTTP/1.1 for a server that answers with Content-Length."""

    def __init__(self, port):
        self.port = port
        self.reader = self.writer = None

    async def request(self, method, path, body=None, headers=()):
        """Returns status, headers and body; reconnects once when the server has closed the connection."""
        import asyncio
        data = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nContent-Length: {len(data)}\r\nContent-Type: application/json\r\n"
        head += "".join(f"{key}: {value}\r\n" for key, value in headers) + "\r\n"
        for attempt in (0, 1):
            try:
                if self.writer is None:
                    self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
                self.writer.write(head.encode() + data)
                return await self._answer()
            except (ConnectionError, asyncio.IncompleteReadError):
                self.close()
                if attempt:
                    raise

    async def _answer(self):
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {key.lower(): value.strip() for key, _, value in (line.partition(":") for line in head[1:] if line)}
        body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return int(head[0].split()[1]), headers, body

    def close(self):
        if self.writer:
            self.writer.close()
        self.reader = self.writer = None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
