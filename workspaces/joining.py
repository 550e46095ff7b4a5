"""How people come to a workspace: the first person, a new workspace, an invitation."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from workspaces.models import Client, Invitation, Membership, MembershipClient, User, Workspace
from workspaces.roles import Role
from workspaces.scoping import workspace_in_force

INVITATION_LIFE = timedelta(days=7)


def somebody_is_here() -> bool:
    return User.objects.exists()


def free_slug(name: str) -> str:
    """Return an address made from `name` that no workspace has yet."""
    base = slugify(name)[:40] or "workspace"
    taken = set(Workspace.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    if base not in taken:
        return base
    return next(f"{base}-{n}" for n in range(2, len(taken) + 3) if f"{base}-{n}" not in taken)


@transaction.atomic
def open_workspace(name: str, time_zone: str, owner: User) -> Workspace:
    """Make a workspace with its owner in it and return it."""
    workspace = Workspace.objects.create(slug=free_slug(name), name=name, time_zone=time_zone)
    with workspace_in_force(workspace.id):
        Membership.objects.create(user=owner, role=Role.OWNER)
    return workspace


@transaction.atomic
def make_first_person(email: str, password: str, workspace_name: str, time_zone: str) -> User:
    """Make the operator who owns the first workspace and return them. Their e-mail counts as verified."""
    user = User.objects.create_superuser(email, password)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    open_workspace(workspace_name, time_zone, user)
    return user


def invite(email: str, role: str, client: Client | None, by: User, workspace: Workspace) -> Invitation:
    """Store an invitation and mail its link; the token itself is kept nowhere."""
    token, token_hash = Invitation.new_token()
    invitation = Invitation.objects.create(
        email=email.lower(),
        role=role,
        client=client,
        token_hash=token_hash,
        invited_by=by,
        expires_at=timezone.now() + INVITATION_LIFE,
    )
    link = settings.PUBLIC_URL + reverse("join", args=[token])
    context = {"workspace": workspace, "by": by, "link": link, "days": INVITATION_LIFE.days}
    subject = _("%(by)s invites you to %(workspace)s on Gridline") % {"by": by, "workspace": workspace}
    send_mail(
        " ".join(subject.split()),
        render_to_string("workspaces/mail/invitation.txt", context),
        None,
        [invitation.email],
    )
    return invitation


def accept(invitation: Invitation, user: User) -> bool:
    """Make `user` a member. Return False when the invitation was used meanwhile or they already belong here."""
    with workspace_in_force(invitation.workspace_id), transaction.atomic():
        used = Invitation.objects.open().filter(pk=invitation.pk).update(accepted_at=timezone.now())
        if not used:
            return False
        try:
            with transaction.atomic():
                membership = Membership.objects.create(user=user, role=invitation.role)
        except IntegrityError:
            return False
        if invitation.client_id:
            MembershipClient.objects.create(membership=membership, client_id=invitation.client_id)
        return True


def people_under(membership: Membership) -> list[Membership]:
    """Return the members a person may know of, in the order they came: all, or those of the same clients."""
    members = Membership.objects.select_related("user").prefetch_related("limits__client").order_by("joined_at")
    limits = membership.client_ids()
    if limits is None:
        return list(members)
    return [one for one in members if {limit.client_id for limit in one.limits.all()} & limits]


def invitations_under(membership: Membership) -> list[Invitation]:
    """Return the open invitations a person may know of."""
    rows = Invitation.objects.open().select_related("client")
    limits = membership.client_ids()
    return list(rows if limits is None else rows.filter(client__in=limits))


@transaction.atomic
def remove(member: Membership) -> bool:
    """End a membership and the invitations it wrote. Return False for the last owner, who stays.

    Two owners who remove each other take their turns at the rows of the owners.
    """
    owners = {row.pk for row in Membership.objects.filter(role=Role.OWNER).select_for_update().order_by("pk")}
    if owners == {member.pk}:
        return False
    Invitation.objects.open().filter(invited_by=member.user_id).update(revoked_at=timezone.now())
    Membership.objects.filter(pk=member.pk).delete()
    return True
