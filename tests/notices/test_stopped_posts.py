"""People hear about posts that stopped, once per stop, and not about what passes by itself."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from notices import sending
from publishing import telling
from publishing.models import Post, PostRevision, Publication
from workspaces.scoping import workspace_in_force

pytestmark = pytest.mark.django_db


@pytest.fixture
def stopped(cast, ig_user_factory):
    """Return a function that makes a publication in a state."""

    def make(status, **fields):
        user = ig_user_factory("levain.porto")
        with workspace_in_force(cast.aurora.id):
            post = Post.objects.create()
            revision = PostRevision.objects.create(post=post, number=1)
            return Publication.objects.create(
                post=post, revision=revision, ig_user=user, username=user.username, app_id="1", ig_id=user.ig_id,
                status=status, fingerprint="f", **{"scheduled_at": timezone.now(), **fields},
            )  # fmt: skip

    return make


def tell():
    telling.tell_due()
    sending.deliver_due()
    return len(mail.outbox)


@pytest.mark.parametrize(
    ("status", "fields", "people"),
    [
        ("failed", {}, 4),
        ("needs_review", {}, 4),
        ("missed", {}, 4),
        ("held", {"held_reason": "account"}, 4),
        ("held", {"held_reason": "token"}, 0),
        ("held", {"held_reason": "quota"}, 0),
        ("published", {}, 0),
        ("scheduled", {}, 0),
        ("failed", {"scheduled_at": timezone.now() - timedelta(days=30)}, 0),
    ],
)
def test_everybody_who_plans_is_told_about_what_needs_a_person(status, fields, people, stopped):
    stopped(status, **fields)
    assert tell() == people


def test_once_per_stop(stopped):
    row = stopped("failed", problem="The photo is too wide.", cure="Crop it.")
    assert tell() == tell() == 4
    assert "The photo is too wide. Crop it." in mail.outbox[0].body
    assert f"/{row.pk}/" in mail.outbox[0].body
    with workspace_in_force(row.workspace_id):
        Publication.objects.filter(pk=row.pk).update(lease_epoch=7)
    assert tell() == 8
