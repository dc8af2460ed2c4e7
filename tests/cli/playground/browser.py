"""A headless Chromium, told what to do through a pipe (the DevTools protocol)."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any, Self


class Browser:
    """One page in a browser of its own."""

    def __init__(self, executable: str, folder: Path) -> None:
        self._asked = 0
        theirs, ours = os.pipe(), os.pipe()

        # The protocol's descriptors are 3, which the browser reads, and 4.
        self._process = subprocess.Popen(
            [
                "bash",
                "-c",
                f'exec "$@" 3<&{theirs[0]} 4>&{ours[1]}',
                "bash",
                executable,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--remote-debugging-pipe",
                f"--user-data-dir={folder}",
            ],
            pass_fds=(theirs[0], ours[1]),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs[0])
        os.close(ours[1])
        self._to, self._from = os.fdopen(theirs[1], "wb"), os.fdopen(ours[0], "rb")
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self._ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._to.close()
        self._from.close()

    def open(self, address: str) -> None:
        """Go to a page."""
        self.ask("Page.navigate", url=address)

    def run(self, script: str) -> Any:
        """The value of an expression of JavaScript; a promise is awaited."""
        found = self.ask(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def wait_for(self, script: str) -> None:
        """Wait until an expression is true."""
        tries = "for (let n = 0; n < 400; n++) { if (ready()) return true; await sleep(25); }"
        sleep = "const sleep = time => new Promise(done => setTimeout(done, time));"
        ready = f"const ready = () => {script};"
        assert self.run(f"(async () => {{ {sleep} {ready} {tries} return false; }})()"), script

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self.ask("Input.insertText", text=text)

    def press(self, key: str, code: int) -> None:
        """Press a key."""
        for kind in ("keyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code)

    def ask(self, method: str, **parameters: Any) -> Any:
        """A command to the page."""
        return self._ask(method, self._session, **parameters)

    def _ask(self, method: str, session: str | None = None, **parameters: Any) -> Any:
        self._asked += 1
        message = {"id": self._asked, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        self._to.write(json.dumps(message).encode() + b"\0")
        self._to.flush()
        while True:
            reply = json.loads(self._read())
            if reply.get("id") == self._asked:
                assert "error" not in reply, reply
                return reply["result"]

    def _read(self) -> bytes:
        found = bytearray()
        while (byte := self._from.read(1)) not in (b"\0", b""):
            found += byte
        assert byte, "the browser has ended"
        return bytes(found)
