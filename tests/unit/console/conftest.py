"""A console over a hand-written desk."""

import pytest
from console_fakes import FakeDesk, application
from flask import Flask
from flask.testing import FlaskClient


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


@pytest.fixture
def app(desk: FakeDesk) -> Flask:
    return application(desk)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
