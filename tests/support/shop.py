"""Starts a shop of its own for a script: a fresh data folder, a free port of 127.0.0.1, and an orderly end.

Only the process that was started here is ended. Nothing outside the standard library is needed.
"""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BINARY = Path(os.environ.get("CHOWK_BIN", ROOT / "target/debug/chowk"))


class Shop:
    """A running shop; `with Shop() as shop:` ends it."""

    def __init__(self, seed=True, data=None, **settings):
        self._folder = None if data else tempfile.TemporaryDirectory(prefix="chowk-")
        self.data = Path(data or self._folder.name)
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("CHOWK_")}
        self.environment |= {f"CHOWK_{k.upper()}": v for k, v in settings.items()}
        self.environment["CHOWK_DATA"] = str(self.data)
        if seed:
            subprocess.run([BINARY, "seed"], env=self.environment, check=True, stdout=subprocess.DEVNULL)
        self.start()

    def start(self):
        command = [BINARY, "serve", "--listen", "127.0.0.1:0"]
        self.log = open(self.data / "serve.log", "ab")
        self.process = subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, stderr=self.log, text=True)
        end = time.monotonic() + 60
        for line in self.process.stdout:
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            if found:
                self.url = found.group(0)
                break
            if time.monotonic() > end:
                break
        else:
            raise SystemExit(f"the shop did not start, see {self.data}/serve.log")
        self.wait(lambda: self.get("/health/ready")[0] == 200, 60, "readiness")

    def get(self, path):
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def graphql(self, query, variables=None, token=None):
        """The `data` of an answer; an error of the protocol ends the script."""
        headers = {"content-type": "application/json"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        body = json.dumps({"query": query, "variables": variables or {}}).encode()
        request = urllib.request.Request(self.url + "/graphql", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                told = json.load(answer)
        except urllib.error.HTTPError as error:
            raise SystemExit(f"HTTP {error.code}: {error.read().decode()}\n{query}")
        if told.get("errors"):
            raise SystemExit(f"{json.dumps(told['errors'], indent=1)}\n{query}")
        return told["data"]

    @staticmethod
    def wait(condition, seconds, what):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise SystemExit(f"{what} did not come within {seconds} s")
            time.sleep(0.1)

    def stop(self):
        """Asks the shop to stop; answers how long it took, and fails when it did not end well."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=15)
        self.log.close()
        if code != 0:
            raise SystemExit(f"the shop ended with {code}, see {self.data}/serve.log")
        return time.monotonic() - begun

    def run(self, *arguments):
        return subprocess.run([BINARY, *arguments], env=self.environment, capture_output=True, text=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.process.kill()
        if kind and (self.data / "serve.log").exists():
            sys.stderr.write((self.data / "serve.log").read_text()[-4000:])
        if self._folder:
            self._folder.cleanup()
