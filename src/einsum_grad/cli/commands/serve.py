"""`einsum-grad serve`."""

from __future__ import annotations

import argparse
from typing import Any

from einsum_grad.cli.arguments import as_number
from einsum_grad.cli.console import finish, say
from einsum_grad.cli.exits import Exit
from einsum_grad.cli.parser import add_command
from einsum_grad.errors import ArgumentError

_PORT = 8765
_HIGHEST_PORT = 65_535

_EXAMPLES = """\
einsum-grad serve
einsum-grad serve --port 0
"""
_EPILOG = """\
The page is for this machine alone, and nothing that is typed is executed. Its links hold what was
typed: http://127.0.0.1:8765/?p=bij,jk->ik. End with Ctrl-C.
"""


def add(commands: Any) -> None:
    """Add the command to argparse's subparsers."""
    parser = add_command(
        commands,
        "serve",
        "serve a local page that explains what is typed",
        "Serve a page on this machine, where a pattern is explained as it is typed.",
        _EXAMPLES,
        _EPILOG,
    )
    parser.add_argument(
        "--port", type=as_number, default=_PORT, metavar=str(_PORT), help="0 is any free port"
    )
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> Exit:
    if arguments.port > _HIGHEST_PORT:
        raise ArgumentError(f"a port is at most {_HIGHEST_PORT}")
    from einsum_grad.cli.playground.server import server

    with server(arguments.port) as serving:
        host, port = serving.server_address[:2]
        say(f"http://{host!s}:{port}/")
        finish()
        serving.serve_forever()
    return Exit.FINE
