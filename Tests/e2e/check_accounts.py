"""A server that asks who calls: passwords for A1111's clients, keys for OpenAI's."""
from pathlib import Path

import openai
import requests
import webuiapi
from serving import Server


def check(_):
    keys = Path("keys.txt")
    keys.write_text("sk-easel-test-key tester\n")
    server = Server(data=Path("guarded").resolve(), options=["--auth", "me:secret", "--api-key-file", keys.resolve()])
    try:
        server.wait_ready()
        assert requests.get(f"{server.url}/healthz", timeout=10).status_code == 200
        for path in ("/sdapi/v1/options", "/v1/models", "/api/v1/jobs", "/metrics", "/openapi.json"):
            answer = requests.get(server.url + path, timeout=10)
            assert answer.status_code == 401 and answer.headers["WWW-Authenticate"] and answer.json()["error"], path

        api = webuiapi.WebUIApi(host="127.0.0.1", port=server.port, sampler="Euler", steps=2, username="me", password="secret")
        assert api.txt2img(prompt="x", width=64, height=64).image.size == (64, 64)
        wrong = requests.get(f"{server.url}/sdapi/v1/options", auth=("me", "guess"), timeout=10)
        assert wrong.status_code == 401

        logs_in(server)
        client = openai.OpenAI(base_url=server.url + "/v1", api_key="sk-easel-test-key", max_retries=0)
        assert client.models.list().data
        try:
            openai.OpenAI(base_url=server.url + "/v1", api_key="sk-guess", max_retries=0).models.list()
        except openai.AuthenticationError:
            pass
        else:
            raise AssertionError("a wrong key was let in")
    finally:
        assert server.stop() == 0


def logs_in(server):
    """A browser's way: a form, and a cookie from then on."""
    browser = requests.Session()
    browser.headers["Accept"] = "text/html"
    sent = browser.get(server.url + "/", timeout=10)
    assert sent.url == server.url + "/login" and "Log in" in sent.text, sent.url
    assert browser.post(server.url + "/login", data={"name": "me", "password": "guess"}, timeout=10).status_code == 403
    inside = browser.post(server.url + "/login", data={"name": "me", "password": "secret", "next": "/api/v1/session"}, timeout=10)
    assert inside.json() == {"user": "me", "can_log_out": True}, inside.text
    assert browser.post(server.url + "/sdapi/v1/interrupt", timeout=10).status_code == 403, "a change without an origin"
    mine = {"Origin": server.url}
    assert browser.post(server.url + "/sdapi/v1/interrupt", headers=mine, timeout=10).status_code == 200
    assert browser.post(server.url + "/logout", headers=mine, timeout=10).url == server.url + "/login"
    assert requests.get(server.url + "/api/v1/session", auth=("me", "secret"), timeout=10).json() == {"user": "me", "can_log_out": False}
