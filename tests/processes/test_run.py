"""`make run`, for real: started, hurt, stopped, started again."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from hubbub.processes import running
from hubbub.processes.listening import bind, free_port
from hubbub.processes.postgres import EmbeddedPostgres, wait_until
from hubbub.processes.postmaster import is_alive
from tests.support.installation import READY_SECONDS, Copy, clean_environment
from tests.support.webprocess import Web, play, tab

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.xdist_group("run")]


@pytest.fixture(scope="module")
def copy(short_dir: Path) -> Iterator[Copy]:
    made = Copy(data_dir=Path(tempfile.mkdtemp(dir=short_dir)), port=free_port())
    made.start_until_ready()
    yield made
    if made.exit_code() is None:
        made.end(signal.SIGTERM)
    EmbeddedPostgres(made.data_dir).stop()


def test_it_says_where_how_to_sign_in_and_a_key_and_then_ready(copy: Copy) -> None:
    said = copy.output.read_text()
    assert f"http://127.0.0.1:{copy.port}" in said
    assert re.search(r"/sign-in +\S+@\S+ +\S+", said)
    assert re.search(rf"Hubbub +http://127.0.0.1:{copy.port}/enter/\S{{60,}}", said)
    assert re.search(r"API key +hub_\S{20,}", said)
    assert copy.status_of("/health/ready") == 200


def test_the_first_start_gives_the_demo_customers_members_answers_and_a_flow_s(copy: Copy) -> None:
    assert wait_until(lambda: "Chloé Martin" in copy.asked("/api/v1/conversations?limit=50&is_unread=true"), 60)
    listed = copy.asked("/api/v1/conversations?limit=50")
    names = re.findall(r'"contact_name":"([^"]*)"', listed)
    assert len(names) == len(set(names)) == 11
    assert {"facebook", "instagram", "whatsapp", "line"} == set(re.findall(r'"platform":"([a-z]+)"', listed))
    assert "We do! It takes about nine days" in listed
    assert '"tags":["complaint","vip"]' in listed


def test_the_printed_link_signs_in_once_and_opens_a_socket_through_the_router(copy: Copy) -> None:
    said = copy.output.read_text()
    link, key = re.findall(r"/enter/\S+", said)[-1], re.findall(r"hub_\S+", said)[-1]
    with httpx.Client(base_url=f"http://127.0.0.1:{copy.port}", trust_env=False) as browser:
        assert browser.get(link).headers["Location"] == "/"
        session = browser.cookies["sessionid"]
        assert browser.get("/api/v1/conversations").status_code == 200
        assert "used already" in browser.get(link).text

        async def story() -> None:
            async with tab(Web(port=copy.port, pid=0), session) as one:
                headers = {"Authorization": f"Bearer {key}"}
                assert browser.post("/api/v1/teams", json={"name": "Socket"}, headers=headers).status_code == 201
                await one.until(lambda self: "team.changed" in {event["kind"] for event in self.events})

        play(story())


def test_the_edge_answers_at_the_one_port(copy: Copy) -> None:
    assert copy.status_of("/webhooks/facebook?hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1") == 403


def test_a_second_run_of_the_same_data_is_refused_in_one_sentence(copy: Copy) -> None:
    environment = {**clean_environment(), "PORT": str(free_port()), "HUBBUB_DATA_DIR": str(copy.data_dir)}
    command = [sys.executable, "-m", "hubbub.processes", "run"]
    refused = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert f"http://127.0.0.1:{copy.port}" in refused.stderr


def test_a_port_that_is_taken_is_told_in_one_sentence(short_dir: Path) -> None:
    listener = bind(0, ("127.0.0.1",))[0]
    port = listener.getsockname()[1]
    environment = {**clean_environment(), "PORT": str(port), "HUBBUB_DATA_DIR": tempfile.mkdtemp(dir=short_dir)}
    command = [sys.executable, "-m", "hubbub.processes", "run"]
    refused = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    listener.close()
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Port {port} is in use")
    assert refused.stderr.count("\n") == 1


def test_killing_the_web_leaves_webhooks_answering(copy: Copy) -> None:
    note = running.read(copy.data_dir)
    assert note is not None
    web = copy.pid_of("--port", str(note.ports["web"]))
    assert web is not None
    os.kill(web, signal.SIGKILL)
    assert wait_until(lambda: copy.status_of("/health/live") == 502, 20)
    assert copy.status_of("/webhooks/facebook?hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1") == 403
    assert wait_until(lambda: copy.status_of("/health/ready") == 200, READY_SECONDS)


@pytest.mark.parametrize("words", [("hubbub.edge",), ("router",), ("sandbox",), ("worker",)])
def test_whoever_is_killed_comes_back(copy: Copy, words: tuple[str, ...]) -> None:
    killed = copy.pid_of(*words)
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    assert wait_until(lambda: copy.pid_of(*words) not in {None, killed}, 30)
    assert wait_until(lambda: copy.status_of("/health/ready") == 200, READY_SECONDS)


def test_a_killed_database_comes_back(copy: Copy) -> None:
    server = EmbeddedPostgres(copy.data_dir)
    killed = server.pid()
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    assert wait_until(lambda: server.is_running() and server.pid() != killed, 30)
    assert wait_until(lambda: copy.status_of("/health/ready") == 200, READY_SECONDS)


def test_it_stops_in_order_and_the_second_start_makes_nothing_anew(copy: Copy) -> None:
    left = copy.all_processes()
    assert copy.end(signal.SIGINT) == 0
    assert EmbeddedPostgres(copy.data_dir).pid() is None
    assert wait_until(lambda: not any(map(is_alive, left)), 10)
    assert "Making" not in copy.start_until_ready()


def test_killed_it_leaves_nothing_running(copy: Copy) -> None:
    left = copy.all_processes()
    assert len(left) >= 5
    copy.end(signal.SIGKILL)
    assert wait_until(lambda: not any(map(is_alive, left)), 20), {p: c for p, c in left.items() if is_alive(p)}
    assert wait_until(lambda: EmbeddedPostgres(copy.data_dir).pid() is None, 20)
