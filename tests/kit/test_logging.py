import json as stdlib_json
import logging
from collections.abc import Iterator

import pytest

from hubbub.kit.logging import bound, configure, log_event

logger = logging.getLogger("tests.kit.logging")
TOKEN = "EAAG" + "x1Y2" * 20


@pytest.fixture(autouse=True)
def _root_logger_restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def written(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [stdlib_json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_an_event_is_one_json_line_with_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    configure("INFO", json=True, process="edge")
    log_event(logger, logging.INFO, "delivery_stored", platform="line", bytes=512)
    (line,) = written(capsys)
    assert line.pop("time")
    assert line == {
        "level": "info",
        "logger": "tests.kit.logging",
        "process": "edge",
        "event": "delivery_stored",
        "platform": "line",
        "bytes": 512,
    }


def test_bound_fields_are_on_every_event_inside(capsys: pytest.CaptureFixture[str]) -> None:
    configure("INFO", json=True, process="web")
    with bound(channel_id="7"):
        with bound(request_id="r"):
            log_event(logger, logging.INFO, "message_queued", request_id="own")
        logger.warning("plain")
    logger.warning("outside")
    inner, plain, outside = written(capsys)
    assert (inner["channel_id"], inner["request_id"]) == ("7", "own")
    assert plain["channel_id"] == "7"
    assert "request_id" not in plain
    assert "channel_id" not in outside


@pytest.mark.parametrize("is_json", [True, False])
def test_secrets_are_masked_in_message_arguments_fields_and_tracebacks(
    capsys: pytest.CaptureFixture[str], is_json: bool
) -> None:
    configure("DEBUG", json=is_json, process="outbound")
    logger.info("calling %s", f"https://graph.facebook.com/me?access_token={TOKEN}")
    with pytest.raises(RuntimeError) as caught:
        raise RuntimeError(f"rejected {TOKEN}")
    error = caught.value
    log_event(logger, logging.ERROR, "call_failed", error=error, url=f"https://x/?access_token={TOKEN}", items=[TOKEN])
    output = capsys.readouterr().err
    assert "call_failed" in output
    assert "RuntimeError" in output
    assert TOKEN not in output
    assert TOKEN[:12] not in output


def test_a_field_cannot_replace_what_the_line_says_of_itself(capsys: pytest.CaptureFixture[str]) -> None:
    configure("INFO", json=True, process="web")
    log_event(logger, logging.INFO, "message_queued", process="forged", time="never")
    (line,) = written(capsys)
    assert line["process"] == "web"
    assert line["time"] != "never"


def test_a_line_break_in_a_value_does_not_forge_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure("INFO", json=False, process="web")
    log_event(logger, logging.INFO, "name_changed", name="Mali\n2026-01-01 CRITICAL web forged")
    logger.info("first\nsecond")
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_levels_are_kept_and_http_libraries_are_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    configure("DEBUG", json=True, process="web")
    logging.getLogger("httpx").info("HTTP Request: GET https://x/?access_token=abc")
    logging.getLogger("httpcore.http11").debug("headers")
    log_event(logger, logging.DEBUG, "seen")
    assert [line["event"] for line in written(capsys)] == ["seen"]
    configure("WARNING", json=True, process="web")
    log_event(logger, logging.INFO, "unseen")
    assert written(capsys) == []
