from __future__ import annotations

import socket

import pytest

from multitag.errors import ClusterError
from multitag.scale.cluster import connected


@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_an_address_where_nothing_listens_is_refused_at_once(scheme):
    with socket.socket() as taken:  # bound, so that nobody else gets the port, and not listening
        taken.bind(("127.0.0.1", 0))
        address = f"{scheme}127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ClusterError, match=f"^{address}: no Ray cluster answers there"), connected(address, 1):
            pass


def test_what_is_no_port_is_refused():
    with pytest.raises(ClusterError, match=r"^head:films: no address of a Ray cluster"), connected("head:films", 1):
        pass
