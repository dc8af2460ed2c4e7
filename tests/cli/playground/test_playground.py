"""The playground, asked as a browser and as somebody else would."""

from __future__ import annotations

import html
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urlencode

import pytest

from einsum_grad.cli import main
from einsum_grad.cli.playground.answer import Typed, answer
from einsum_grad.cli.playground.server import server
from einsum_grad.emit import emit
from einsum_grad.explain import explain


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with server(0) as serving:
        thread = threading.Thread(target=serving.serve_forever, args=(0.02,))
        thread.start()
        yield int(serving.server_address[1])
        serving.shutdown()
        thread.join()


def ask(
    port: int, path: str, headers: dict[str, str] | None = None, method: str = "GET"
) -> tuple[int, str, http.client.HTTPMessage]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, headers=headers or {})
        reply = connection.getresponse()
        return reply.status, reply.read().decode(), reply.headers
    finally:
        connection.close()


def answered(port: int, **fields: str) -> str:
    status, text, _ = ask(port, f"/answer?{urlencode(fields)}")
    assert status == 200
    return text


def test_the_page_has_a_form_and_the_answer_to_its_link(port: int) -> None:
    status, text, headers = ask(port, "/?p=bij,jk-%3Eik&target=einops")
    assert status == 200
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert 'name="p" value="bij,jk-&gt;ik"' in text
    assert "<option selected>einops</option>" in text
    assert explain("bij,jk->ik").html() in text
    assert html.escape(emit("bij,jk->ik", "einops").rstrip("\n")) in text


def test_an_answer_is_the_explanation_with_code(port: int) -> None:
    told = answered(port, p="bij,jk->ik", sizes="b=2,i=3,j=4,k=5", wrt="K", names="Q,K->S")
    sizes = {"b": 2, "i": 3, "j": 4, "k": 5}
    assert told.startswith(explain("bij,jk->ik", sizes, wrt=1, names="Q,K->S").html())
    assert html.escape(emit("bij,jk->ik", wrt=1, sizes=sizes).rstrip("\n")) in told


def test_a_guess_is_judged(port: int) -> None:
    told = answered(port, p="ij,jk->ik", wrt="X", guess="ik,kj->ij")
    assert "dX: ik,kj-&gt;ij is right but for an axis order" in told
    assert "name its operand" in answered(port, p="ij,jk->ik", guess="ik,kj->ij")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"p": "ij,jk-"}, "ij,jk-\n         ^"),
        ({"p": "ij,jk->ik", "sizes": "i"}, "is not written label=size"),
        ({"p": "ij,jk->ik", "wrt": "V"}, "the operands are called X, W"),
        ({"p": "ij,jk->ik", "target": "c"}, "target is one of"),
        ({"p": "ij,jk->ik", "names": "Q"}, "there are 1 names"),
        ({"p": "ij,jk->ik", "wrt": "0", "guess": "ik,jk->ijm"}, "is invalid: neither an operand"),
        ({"p": "i" * 9000}, "an array has at most 64 axes"),
    ],
)
def test_what_is_wrong_is_told_where(port: int, fields: dict[str, str], told: str) -> None:
    assert told in html.unescape(answered(port, **fields))


def test_an_empty_form_offers_examples(port: int) -> None:
    examples = re.findall('href="/([?]p=[^"]*)"', answered(port, p=" "))
    assert len(examples) > 3
    for example in examples:
        assert "The gradient of" in ask(port, f"/{html.unescape(example)}")[1]
    assert ask(port, "/")[0] == 200


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "__import__('os').system('true')",
    "\x1b[2J",
    "\u202e",
]


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("field", ["p", "sizes", "wrt", "guess", "names", "notation", "target"])
def test_what_is_typed_is_shown_and_not_obeyed(port: int, field: str, hostile: str) -> None:
    query = urlencode({"p": "i,i->", "wrt": "0", field: hostile})
    for path in (f"/?{query}", f"/answer?{query}"):
        status, text, _ = ask(port, path)
        assert status == 200
        assert "<script>alert" not in text
        assert "<img" not in text
        assert text.replace("\n", "").isprintable()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "example.org"}, 421),
        ({"Host": "127.0.0.1:1"}, 421),
        ({"Host": "localhost:{port}"}, 200),
        ({"Origin": "http://example.org"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:{port}"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 403),
        (
            {
                "Sec-Fetch-Site": "cross-site",
                "Sec-Fetch-Mode": "navigate",
                "Sec-Fetch-Dest": "document",
            },
            200,
        ),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Content-Length": "1000000"}, 413),
        ({"Transfer-Encoding": "chunked"}, 413),
        ({"X-Large": "x" * 20_000}, 431),
    ],
)
def test_other_hosts_origins_and_large_requests_are_refused(
    port: int, headers: dict[str, str], status: int
) -> None:
    sent = {name: value.format(port=port) for name, value in headers.items()}
    found, text, _ = ask(port, "/?p=ij,jk-%3Eik", sent)
    assert found == status
    assert ("The gradient of" in text) == (status == 200)


def test_a_request_of_a_megabyte_is_refused(port: int) -> None:
    assert ask(port, "/?p=" + "i" * 20_000)[0] == 414
    assert ask(port, "/?p=" + "i" * 60_000)[0] == 414
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        try:
            connection.sendall(b"GET /?p=" + b"i" * 1_000_000 + b" HTTP/1.1\r\n\r\n")
            reply = connection.recv(100)
        except (BrokenPipeError, ConnectionResetError):
            reply = b""  # it hung up before the end
    assert reply == b"" or b" 414 " in reply


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD", "OPTIONS"])
def test_nothing_but_get_is_answered(port: int, method: str) -> None:
    assert ask(port, "/", method=method)[0] == 501


def test_no_file_is_served(port: int) -> None:
    for path in ("/pyproject.toml", "/../etc/passwd", "/answer/", "//example.org/"):
        assert ask(port, path)[0] == 404


def test_only_its_own_script_runs_in_the_page(port: int) -> None:
    _, text, headers = ask(port, "/")
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    (nonce,) = re.findall("'nonce-([^']*)'", policy)
    assert re.findall("<script[^>]*>", text) == [f'<script nonce="{nonce}">']
    assert nonce not in ask(port, "/")[1]


def test_the_server_is_on_this_machine_alone() -> None:
    with server(0) as serving:
        assert serving.server_address[0] == "127.0.0.1"


def test_many_ask_at_once(port: int) -> None:
    patterns = [
        f"{a}{b},{b}{c}->{a}{c}" for a, b, c in zip("abcdefgh", "ijklmnop", "qrstuvwx", strict=True)
    ]
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda pattern: answered(port, p=pattern), patterns))
    assert [answer(Typed(pattern)) for pattern in patterns] == told


def test_a_taken_port_is_one_line(port: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--port", str(port)]) == 1
    assert "in use" in capsys.readouterr().err
    assert main(["serve", "--port", "70000"]) == 2


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_the_command_serves_until_it_is_interrupted() -> None:
    heeding = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    script = f"{heeding}from einsum_grad.cli import main; sys.exit(main(['serve', '--port', '0']))"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        try:
            address = process.stdout.readline().strip()
            port = int(address.rstrip("/").rsplit(":", 1)[1])
            assert "The gradient of X" in ask(port, f"/?p={quote('i->i')}")[1]
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (process.returncode, errors) == (130, "")
