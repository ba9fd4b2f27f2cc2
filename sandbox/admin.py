"""The admin API of a stand-in, under `/_sandbox/`: look at what happened, switch faults, act as a person.

GET state (`?record=` for one), calls, unexpected, webhooks, mail, faults; POST act, faults, reset, settle, targets;
DELETE faults. Errors are JSON `{"error": sentence}` with status 400, or the platform's own status when it refuses
what a person does.
"""

from collections.abc import Callable

from flask import Flask, Response, jsonify, request

from sandbox.calls import RefusedError
from sandbox.mail import Mailbox
from sandbox.stand import Act, Stand
from sandbox.store import Json

Everything = Callable[[str | None], Json]


def add_admin(
    app: Flask, stand: Stand, mail: Mailbox, act: Act, everything: Everything, reset: Callable[[], None]
) -> None:
    """Add the admin routes to a stand-in's application."""

    @app.errorhandler(ValueError)
    def wrong(error: ValueError) -> tuple[Response, int]:
        if not request.path.startswith("/_sandbox/"):
            raise error  # a mistake of the stand-in's own: 501, listed, and logged
        return jsonify({"error": str(error)}), 400

    @app.get("/_sandbox/state")
    def state() -> Response:
        with stand.store.lock:
            return jsonify(everything(request.args.get("record")))

    @app.post("/_sandbox/act")
    def do() -> Response | tuple[Response, int]:
        try:
            return jsonify(act(request.get_json()))
        except RefusedError as refused:
            return jsonify({"error": f"the platform refuses: {refused.body}"}), refused.status

    @app.post("/_sandbox/reset")
    def start_over() -> Response:
        for part in (stand.calls, stand.hooks, mail):
            part.clear()
        stand.faults.remove()
        reset()
        return jsonify({})

    _add_lists(app, stand, mail)
    _add_faults(app, stand)
    _add_webhooks(app, stand)


def _add_lists(app: Flask, stand: Stand, mail: Mailbox) -> None:
    @app.get("/_sandbox/calls")
    def calls() -> Response:
        return jsonify({"calls": stand.calls.all()})

    @app.get("/_sandbox/unexpected")
    def unexpected() -> Response:
        return jsonify({"calls": stand.calls.unexpected()})

    @app.get("/_sandbox/mail")
    def letters() -> Response:
        return jsonify({"mail": mail.all()})


def _add_faults(app: Flask, stand: Stand) -> None:
    @app.get("/_sandbox/faults")
    def faults() -> Response:
        return jsonify({"faults": stand.faults.all()})

    @app.post("/_sandbox/faults")
    def switch_on() -> Response:
        return jsonify({"id": stand.faults.add(request.get_json()).id})

    @app.delete("/_sandbox/faults")
    def switch_off() -> Response:
        number = request.args.get("id")
        stand.faults.remove(int(number) if number else None)
        return jsonify({})


def _add_webhooks(app: Flask, stand: Stand) -> None:
    @app.get("/_sandbox/webhooks")
    def webhooks() -> Response:
        return jsonify({"webhooks": stand.hooks.all()})

    @app.post("/_sandbox/targets")
    def targets() -> Response:
        told = request.get_json()["targets"]
        if not all(isinstance(one, dict) and one.get("url") for one in told):
            raise ValueError("each target needs a url")
        with stand.store.lock:
            stand.state["targets"] = stand.hooks.targets = told
            stand.store.changed()
        return jsonify({"targets": len(told)})

    @app.post("/_sandbox/settle")
    def settle() -> Response:
        return jsonify({"settled": stand.hooks.settle(float(request.args.get("seconds", "5")))})
