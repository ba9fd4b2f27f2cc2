"""A `rung` that starts in hundredths of a second, for pages with many commands: one process has it imported.

With a socket alone it serves, by forks. With words too it hands words, folder, environment and the three standard
streams over, waits, and ends with the command's own exit status; this side imports as little as it can.
"""

import array
import json
import os
import socket
import sys

_LONGEST = 1 << 20


def ask(path: str, words: list[str]) -> int:
    """Has the server run a command, and returns its exit status."""
    asked = json.dumps({"words": words, "folder": os.getcwd(), "environment": dict(os.environ)}).encode()  # noqa: PTH109 - pathlib takes too long to import
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.connect(path)
        streams = array.array("i", [0, 1, 2])
        line.sendmsg([len(asked).to_bytes(4, "big")], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)])
        line.sendall(asked)
        return line.recv(1)[0]


def serve(path: str) -> None:
    """Answers until it is ended; every command is a process of its own."""
    import signal

    import rung.cli.check
    import rung.cli.tickets
    import rung.wiring  # noqa: F401 - what most commands need, imported once
    from rung.live import packaged

    packaged()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.bind(path)
        door.listen()
        while True:
            line, _ = door.accept()
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _answer(line)
            line.close()


def _answer(line: socket.socket) -> None:
    from rung.cli import errors, main

    head, streams, _, _ = socket.recv_fds(line, 4, 3)
    asked = b""
    while len(asked) < int.from_bytes(head, "big"):
        asked += line.recv(_LONGEST)
    told = json.loads(asked)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.chdir(told["folder"])
    os.environ.clear()
    os.environ.update(told["environment"])
    try:
        main(told["words"])
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - what a process of its own would end with
        status = errors.tell(error)
    sys.stdout.flush()
    line.sendall(bytes([status & 255]))
    os._exit(0)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        sys.exit(ask(sys.argv[1], sys.argv[2:]))
    serve(sys.argv[1])
