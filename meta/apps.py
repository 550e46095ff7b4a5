"""An app registered with Meta: which login it serves, its id and its secret."""

from dataclasses import dataclass

from meta.logins import Login
from meta.secrets import Secret


@dataclass(frozen=True)
class App:
    """Credentials of one app. The Instagram app id and the Meta app id are different numbers with different secrets."""

    login: Login
    id: str
    secret: Secret

    @property
    def access_token(self) -> Secret:
        """The app's own token, `{id}|{secret}`: good for `debug_token` and nothing a person granted."""
        return Secret(f"{self.id}|{self.secret.reveal()}")
