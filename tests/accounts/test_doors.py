"""Both doors from the button to the connected account, against a stand-in for Meta."""

import pytest

from accounts import credentials, graphs
from accounts.models import Connection, Credential, IGUser, PendingGrant
from accounts.signals import account_connected
from meta import ig_user
from tests.accounts import consent
from workspaces.scoping import workspace_in_force

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada(cast, stand_in):
    return cast.browser("ada")


def test_the_instagram_door_connects_an_account(ada, cast, stand_in):
    heard = []
    account_connected.connect(lambda **kwargs: heard.append(kwargs["ig_user"].username), weak=False, dispatch_uid="t")
    response = consent.walk(ada, "aurora", "instagram", "levain.porto")
    account_connected.disconnect(dispatch_uid="t")
    assert response.status_code == 302, response.content.decode()
    with workspace_in_force(cast.aurora.id):
        account, connection = IGUser.objects.get(), Connection.objects.get()
        assert account.ig_id == "17841405822304914"
        assert account.username == "levain.porto"
        assert account.followers_count
        assert account.picture
        assert connection.is_usable
        assert "instagram_business_content_publish" in connection.permissions
        assert ig_user.me(graphs.graph_for(connection)).ig_id == account.ig_id
    assert heard == ["levain.porto"]
    shown = ada.get(response["Location"])
    assert b"@levain.porto" in shown.content
    assert b"Connected" in shown.content


def test_the_facebook_door_connects_several_accounts_at_once(ada, cast, stand_in):
    response = consent.walk(ada, "aurora", "facebook", "ana")
    assert response.status_code == 302, response.content.decode()
    shown = consent.pick(ada, response)
    assert shown.status_code == 200
    with workspace_in_force(cast.aurora.id):
        assert Connection.objects.count() > 1
        for connection in Connection.objects.select_related("ig_user", "page"):
            assert connection.page is not None
            found = ig_user.get(graphs.graph_for(connection), connection.ig_user.ig_id)
            assert found.username == connection.ig_user.username
            assert credentials.read(connection, credentials.USER).token
        assert not PendingGrant.objects.exists()
        assert Credential.objects.count() == 2 * Connection.objects.count()
