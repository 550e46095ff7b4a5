"""A string that does not show itself: tokens and app secrets travel in this wrapper until the moment they are sent."""

import hashlib
import hmac
from typing import Any, NoReturn

MASK = "•••"


class Secret:
    """Hold a secret text; `reveal()` is the only way to it.

    str, repr and format show a mask; pickling, copying into JSON and iterating fail. Equality takes constant time.
    """

    __slots__ = ("_value",)

    def __init__(self, value: "str | Secret") -> None:
        self._value: str = value.reveal() if isinstance(value, Secret) else value

    def reveal(self) -> str:
        """Return the text itself. Call it where it is sent or encrypted, and nowhere else."""
        return self._value

    def hmac_sha256(self, message: "Secret") -> str:
        """Return the hex HMAC-SHA256 of `message` under this secret as the key."""
        return hmac.new(self._value.encode(), message.reveal().encode(), hashlib.sha256).hexdigest()

    def __repr__(self) -> str:
        return MASK

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return MASK

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(("Secret", self._value))

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("A Secret is not pickled or copied: store it encrypted, hand on its id.")
