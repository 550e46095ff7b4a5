"""Where Meta's servers are. Each base URL may carry a port and a path, and none carries a version."""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Hosts:
    """Base URLs of Meta's six hosts and the API version that goes into the paths. Trailing slashes are dropped."""

    facebook_graph: str = "https://graph.facebook.com"
    instagram_graph: str = "https://graph.instagram.com"
    instagram_api: str = "https://api.instagram.com"
    instagram_oauth: str = "https://www.instagram.com"
    facebook_oauth: str = "https://www.facebook.com"
    facebook_rupload: str = "https://rupload.facebook.com"
    version: str = "v25.0"

    def __post_init__(self) -> None:
        for field in fields(self):
            object.__setattr__(self, field.name, getattr(self, field.name).strip().strip("/"))
