import pytest

pytestmark = pytest.mark.processes


def test_the_processes_come_up_and_share_a_database(stack, user_factory):
    stack.start("web", "worker", "beat")
    user_factory("nia")
    assert stack.answers()
    stack.kill("worker")
    stack.start("worker")
    assert stack.errors() == {}


@pytest.mark.browser
def test_a_browser_reaches_the_sign_in(stack, page, shoot):
    stack.start("web")
    page.goto(stack.url)
    shoot("signin")
    assert page.url.startswith(f"{stack.url}/account/login/")
