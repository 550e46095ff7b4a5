"""The photo somebody works with while they compose: uploaded, picked or mended."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from library.checks import RECIPES, Finding, Refused, findings
from library.models import Asset, Rendition
from library.receiving import cut_uploads
from library.rendering import feed_rendition
from library.storing import clean_name, store, too_large
from workspaces.models import Client, Membership


@dataclass
class Photo:
    """One photo and how it is to be cut; `problem` says in words why the last try to change it failed."""

    asset: Asset | None = None
    recipe: str = ""
    problem: str = ""

    @property
    def findings(self) -> list[Finding]:
        return findings(self.asset, self.recipe) if self.asset else []

    @property
    def is_ready(self) -> bool:
        return self.asset is not None and not any(finding.blocks for finding in self.findings)

    def rendition(self) -> Rendition | None:
        """Return what goes to Instagram, or None while something has to be mended. May raise `Refused`."""
        return feed_rendition(self.asset, self.recipe) if self.asset and self.is_ready else None


def photo_in(request: HttpRequest, *, membership: Membership, client: Client | None = None) -> Photo:
    """Return the photo a form holds: `asset` and `recipe` as they were, changed by `photo`, `pick`, `fix` or `drop`."""
    data = request.POST
    if data.get("drop"):
        return Photo()
    kept = _kept(data.get("asset", ""), data.get("recipe", ""), membership)
    upload = request.FILES.get("photo")
    if upload:
        try:
            return Photo(store(upload, by=membership.user, client=client))
        except Refused as error:
            return Photo(kept.asset, kept.recipe, error.message)
    if cut := cut_uploads(request, "photo"):
        reason = _("“%(name)s”: %(reason)s") % {"name": clean_name(cut[0]), "reason": too_large()}
        return Photo(kept.asset, kept.recipe, reason)
    if data.get("pick"):
        picked = _kept(data["pick"], "", membership)
        return picked if picked.asset else Photo(kept.asset, kept.recipe, picked.problem)
    if "fix" in data and data["fix"] in RECIPES:
        return Photo(kept.asset, data["fix"])
    return kept


def _kept(asset_id: str, recipe: str, membership: Membership) -> Photo:
    if not asset_id:
        return Photo()
    try:
        found = Asset.objects.visible_to(membership).filter(pk=UUID(asset_id)).first()
    except ValueError:
        found = None
    if found is None:
        return Photo(problem=_("That photo is not in your library."))
    return Photo(found, recipe if recipe in RECIPES else "")
