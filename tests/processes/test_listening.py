"""Ports."""

import socket

import pytest

from hubbub.kit.errors import ConfigurationError
from hubbub.processes.listening import bind, free_port, is_free


def test_a_port_in_use_is_told_in_one_sentence_with_a_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert not is_free(port)
        with pytest.raises(ConfigurationError, match=rf"^Port {port} is in use: .*make run PORT={port + 1}"):
            bind(port)


def test_both_loopback_addresses_are_taken() -> None:
    port = free_port()
    listeners = bind(port)
    try:
        assert listeners[0].getsockname() == ("127.0.0.1", port)
        assert not is_free(port)
        socket.create_connection(("localhost", port), timeout=5).close()
    finally:
        for listener in listeners:
            listener.close()
    assert is_free(port)
