"""The cache: Redis, and for as long as that is away the memory of each process.

Only the throttles of the sign-in live here. Without Redis people still get in, and guessing stays throttled.
"""

from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError as NotThere
from redis.exceptions import TimeoutError as TooSlow


def _either(name: str) -> Callable[..., Any]:
    def method(self: "Cache", *args: Any, **kwargs: Any) -> Any:
        try:
            return getattr(RedisCache, name)(self, *args, **kwargs)
        except (NotThere, TooSlow):
            return getattr(self.near, name)(*args, **kwargs)

    method.__name__ = name
    return method


class Cache(RedisCache):
    """Asks Redis first, and memory when Redis does not answer."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self.near = LocMemCache("while-redis-is-away", params)

    add, get, set, touch, delete = (_either(name) for name in ("add", "get", "set", "touch", "delete"))
    incr, has_key, clear = (_either(name) for name in ("incr", "has_key", "clear"))
    get_many, set_many, delete_many = (_either(name) for name in ("get_many", "set_many", "delete_many"))
