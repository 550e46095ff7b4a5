import pytest
from django.core.mail import EmailMultiAlternatives, get_connection

from workspaces.outbox import letters_in


@pytest.fixture
def outbox(tmp_path, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return tmp_path


def write(subject, body, to="nia@example.com"):
    message = EmailMultiAlternatives(subject, body, "gridline@localhost", [to])
    message.attach_alternative(f"<p>{body}</p>", "text/html")
    message.send()


def test_letters_are_read_back_as_they_were_written(outbox):
    write("Grüße", "Follow http://localhost:8000/join/abc/ please\n-- \nGridline")
    [letter] = letters_in(outbox)
    assert (letter.subject, letter.to) == ("Grüße", "nia@example.com")
    assert letter.body.startswith("Follow http://localhost:8000/join/abc/ please")


def test_several_letters_of_one_connection_are_told_apart(outbox):
    connection = get_connection()
    connection.send_messages([EmailMultiAlternatives(str(n), "text", "a@localhost", ["b@localhost"]) for n in range(3)])
    assert {letter.subject for letter in letters_in(outbox)} == {"0", "1", "2"}


def test_an_operator_reads_the_mail(outbox, cast):
    cast.ada.is_staff = True
    cast.ada.save()
    write("Hello", "See http://localhost:8000/join/abc/")
    answer = cast.browser("ada").get("/outbox/")
    assert answer.status_code == 200
    assert 'href="http://localhost:8000/join/abc/"' in answer.content.decode()


@pytest.mark.parametrize("name", ["ada", "mallory"])
def test_nobody_else_finds_an_outbox(outbox, cast, name):
    assert cast.browser(name).get("/outbox/").status_code == 404


def test_there_is_no_outbox_beside_a_mail_server(cast, outbox, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    cast.ada.is_staff = True
    cast.ada.save()
    assert cast.browser("ada").get("/outbox/").status_code == 404
