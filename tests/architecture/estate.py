"""One object of Aurora's climbing gym for every address that names one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Connection, IGMedia, IGUser, PendingGrant
from library.rendering import feed_rendition
from library.storing import store
from publishing.models import Post, PostItem, PostRevision, Publication
from tests.library.pictures import photo
from workspaces.models import Invitation, Membership
from workspaces.scoping import workspace_in_force


def member(cast) -> dict[str, Any]:
    return {"pk": Membership.objects.get(user=cast.ed).pk}


def invitation(cast) -> dict[str, Any]:
    soon = timezone.now() + timedelta(days=1)
    return {"pk": Invitation.objects.create(email="x@example.com", token_hash=uuid4().hex, expires_at=soon).pk}


def client(cast) -> dict[str, Any]:
    return {"pk": cast.other_client.pk}


def asset(cast) -> dict[str, Any]:
    return {"pk": store(photo((400, 400)), by=cast.ada, client=cast.other_client).pk}


def _post(cast) -> PostRevision:
    made = Post.objects.create(client=cast.other_client, created_by=cast.ada)
    revision = PostRevision.objects.create(post=made, number=1, caption="On the wall")
    rendition = feed_rendition(store(photo((400, 401)), by=cast.ada, client=cast.other_client))
    PostItem.objects.create(revision=revision, position=0, asset=rendition.asset, rendition=rendition)
    return revision


def post(cast) -> dict[str, Any]:
    """A draft that names no account."""
    return {"pk": _post(cast).post_id}


def publication(cast) -> dict[str, Any]:
    revision, on = _post(cast), _account(cast)
    made = Publication.objects.create(
        post=revision.post, revision=revision, ig_user=on, username=on.username, ig_id=on.ig_id
    )
    return {"pk": made.pk}


def account(cast) -> dict[str, Any]:
    return {"pk": _account(cast).pk}


def connection(cast) -> dict[str, Any]:
    made = Connection.objects.create(ig_user=_account(cast), login="instagram", app_id="1", meta_user_id=uuid4().hex)
    return {"pk": made.pk}


def media(cast) -> dict[str, Any]:
    made = IGMedia(ig_user=_account(cast), media_id="1", read_at=timezone.now())
    made.thumbnail.save("estate.jpg", ContentFile(photo((40, 40)).read()))
    return {"pk": made.pk}


def pending_grant(cast) -> dict[str, Any]:
    """A grant that ran out, so that nobody asks Meta about it."""
    made = PendingGrant.objects.create(user=cast.ada, login="facebook", sealed=b"", expires_at=timezone.now())
    return {"pk": made.pk}


def _account(cast) -> IGUser:
    made = IGUser(ig_id=uuid4().hex, username="crux", client=cast.other_client)
    made.picture.save("estate.jpg", ContentFile(photo((40, 40)).read()))
    return made


ESTATE = {
    "account": account,
    "account_client": account,
    "account_remove": account,
    "ig_user_picture": account,
    "account_insights": account,
    "account_progress": account,
    "account_sync": account,
    "connection_check": connection,
    "disconnect": connection,
    "connect_pick": pending_grant,
    "media_thumbnail": media,
    "asset_discard": asset,
    "asset_photo": asset,
    "asset_thumb": asset,
    "post_discard": post,
    "post_edit": post,
    "publication": publication,
    "publication_discard": publication,
    "publication_live": publication,
    "publication_move": publication,
    "publication_not_live": publication,
    "publication_photo": publication,
    "publication_replan": publication,
    "publication_retry": publication,
    "publication_status": publication,
    "publication_unplan": publication,
    "person_remove": member,
    "invitation_revoke": invitation,
    "client_edit": client,
}


class Estate:
    """The keyword arguments of each address by its name, each object made when it is first asked for."""

    def __init__(self, cast) -> None:
        self._cast = cast
        self._made: dict[Callable[..., Any], dict[str, Any]] = {}

    def get(self, name: str, default: dict[str, Any]) -> dict[str, Any]:
        make = ESTATE.get(name)
        if make is None:
            return default
        if make not in self._made:
            with workspace_in_force(self._cast.aurora.id):
                self._made[make] = make(self._cast)
        return self._made[make]
