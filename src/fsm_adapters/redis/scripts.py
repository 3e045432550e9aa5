"""What runs inside Redis: one script takes a lease, another one gives it back.  The server's clock decides."""

from __future__ import annotations

import hashlib
from typing import Final, NamedTuple


class Script(NamedTuple):
    """A Lua script, and the name under which the server remembers it."""

    text: str
    name: str


def _script(text: str) -> Script:
    return Script(text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


# A lease is a hash: o owner, u until (ms since the epoch), f fence.  The first fence of a key is the time, so that
# fences grow even where the server lost everything.
ACQUIRE: Final = _script("""
local owner, lease, memory = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local held = redis.call('HMGET', KEYS[1], 'o', 'u', 'f')
local till, fence = tonumber(held[2] or '0'), tonumber(held[3] or tostring(now - 1))
if held[1] ~= owner then
  if till > now then return {0, till - now, fence} end
  fence = fence + 1
end
local text = string.format
redis.call('HSET', KEYS[1], 'o', owner, 'u', text('%.0f', now + lease), 'f', text('%.0f', fence))
redis.call('PEXPIRE', KEYS[1], text('%.0f', lease + memory))
return {1, fence, 0}
""")
"""Owner, lease and memory (ms) -> ``{1, fence, 0}``, or ``{0, milliseconds left, fence}`` where another holds it."""

RELEASE: Final = _script("""
if redis.call('HGET', KEYS[1], 'o') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'u', '0')
return 1
""")
"""Owner -> 1 where it was the last one to hold the key.  The fence stays, for the next one."""
