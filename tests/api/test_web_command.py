"""`manage.py web` serves, and stops when it is told to."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from hubbub.settings.fields import ROOT

pytestmark = pytest.mark.usefixtures("database")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _get(port: int, path: str) -> int:
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        asking.request("GET", path, headers={"Host": "localhost"})
        return asking.getresponse().status
    except OSError:
        return 0
    finally:
        asking.close()


def _wait_for(port: int, path: str, web: subprocess.Popen[bytes]) -> int:
    end = time.monotonic() + 150
    while time.monotonic() < end and web.poll() is None:
        if (status := _get(port, path)) == 200:
            return status
        time.sleep(0.05)
    return _get(port, path)


def test_it_serves_until_it_is_told_to_stop() -> None:
    port = _free_port()
    command = [sys.executable, "manage.py", "web", "--port", str(port)]
    web = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "HUBBUB_PROCESS": "web"})
    try:
        assert _wait_for(port, "/health/ready", web) == 200
        assert _get(port, "/api/v1/conversations") == 401
        web.send_signal(signal.SIGTERM)
        assert web.wait(30) == 0
        assert _get(port, "/health/live") == 0
    finally:
        if web.poll() is None:
            web.kill()
            web.wait()


def test_a_role_that_could_see_other_tenants_is_refused() -> None:
    command = [sys.executable, "manage.py", "web", "--port", str(_free_port())]
    environment = {**os.environ, "HUBBUB_PROCESS": "migrator"}
    refused = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=60, check=False)
    assert refused.returncode != 0
    assert b"tenants would not be kept apart" in refused.stderr
    assert b"Traceback" not in refused.stderr
