"""`python -m bench.noop`: a server that answers everything with 202 and does nothing: what the load generator costs."""

from __future__ import annotations

import asyncio

import click

ANSWER = b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}"


class Nothing(asyncio.Protocol):
    """Answers every chunk that arrives: the load generator sends one request at a time, each in one piece."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer."""
        del data
        self._transport.write(ANSWER)


async def serve(port: int) -> None:
    """Serve until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Nothing, "127.0.0.1", port)
    await server.serve_forever()


@click.command()
@click.option("--port", type=int, required=True)
def main(port: int) -> None:
    """Answer until ended."""
    asyncio.run(serve(port))


if __name__ == "__main__":
    main()
