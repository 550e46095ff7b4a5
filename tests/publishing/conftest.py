"""Posts, accounts and photos for the tests of publishing."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from accounts.models import Connection, IGUser
from library.models import Asset, Rendition
from publishing import publisher, scheduling
from publishing.models import Post, Publication
from publishing.scheduling import When
from tests.publishing.engine import Engine, give_token, photo_server
from workspaces.models import Membership

LEVAIN = "17841405822304914"
PERMISSIONS = ["instagram_business_basic", "instagram_business_content_publish"]


def jpeg(shade: int = 120) -> bytes:
    drawn = BytesIO()
    Image.new("RGB", (640, 640), (shade % 256, shade // 256 % 256, 90)).save(drawn, "JPEG")
    return drawn.getvalue()


@pytest.fixture
def rendition_factory(in_aurora, settings, tmp_path) -> Callable[..., Rendition]:
    """Return a function that makes a photo ready for Instagram; each shade is another photo."""
    settings.MEDIA_ROOT = tmp_path

    def make(shade: int = 120) -> Rendition:
        content = jpeg(shade)
        digest = sha256(content).hexdigest()
        size = {"size": len(content), "width": 640, "height": 640}
        asset = Asset.objects.filter(sha256=digest).first()
        if asset is None:
            asset = Asset(sha256=digest, name="photo.jpg", content_type="image/jpeg", **size)
            asset.file.save("photo.jpg", ContentFile(content), save=False)
            asset.save()
        rendition = asset.renditions.first()
        if rendition is None:
            rendition = Rendition(asset=asset, kind=Rendition.Kind.FEED, sha256=digest, **size)
            rendition.file.save("feed.jpg", ContentFile(content), save=False)
            rendition.save()
        return rendition

    return make


@pytest.fixture
def account(in_aurora, ig_user_factory, connection_factory) -> IGUser:
    """Return an account that may publish through Instagram Login; its token is stored by who needs one."""
    ig_user = ig_user_factory("levain.porto", ig_id=LEVAIN)
    connection_factory(ig_user, permissions=PERMISSIONS)
    return ig_user


@pytest.fixture
def planner(in_aurora, rendition_factory) -> Callable[..., Post]:
    """Return a function that plans a post as Ada; `shade` is the photo."""

    def make(*accounts: IGUser, caption: str = "Fresh bread", when: When | None = None, **more) -> Post:
        items = more.pop("items", None) or [(rendition_factory(more.pop("shade", 120)), "A loaf on a board")]
        return scheduling.plan(
            by=in_aurora.ada,
            membership=more.pop("membership", None) or Membership.objects.get(user=in_aurora.ada),
            caption=caption,
            items=items,
            accounts=list(accounts),
            when=when or When("now", time_zone="Europe/Lisbon"),
            **more,
        )

    return make


@pytest.fixture
def publication(planner, account) -> Publication:
    """Return the one publication of a post that is due now."""
    return planner(account).publications.get()


@pytest.fixture
def connection(account) -> Connection:
    return account.connections.get()


@pytest.fixture(scope="session")
def photos() -> Iterator[str]:
    with photo_server(jpeg()) as url:
        yield url


@pytest.fixture
def engine(transactional_db, stand_in, account, photos, settings, monkeypatch) -> Engine:
    """Return the engine on a connected account, Meta's part played by the sandbox; containers are ready at once.

    Each turn takes one step, so that a test can stop between any two, however slow the machine is.
    """
    monkeypatch.setattr(publisher, "TURNS_PER_TICKET", 1)
    settings.PUBLIC_URL = photos
    stand_in.control("containers", seconds=0)
    give_token(account.connections.get(), account.username)
    return Engine(stand_in, account.username)
