from django.core.management import call_command


def test_the_configuration_holds(db):
    call_command("check")


def test_a_signed_in_person_reaches_only_their_workspace(cast):
    assert cast.browser("mallory").get(f"/w/{cast.aurora.slug}/settings/").status_code == 404


def test_the_site_says_that_it_lives(client, db):
    assert client.get("/healthz").json() == {"ok": True}
