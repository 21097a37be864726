"""What Anthropic's and OpenAI's own SDKs have in common: one generator makes both.

Each is imported by the endpoint that it is for, when that is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from gitmem.errors import CompressorFailed

PATIENCE_SECONDS = 420.0
"""For all requests of a slice together."""

_MOST_TOKENS = 1_000_000_000


def count_of(usage: object, name: str) -> int:
    """A count of tokens as an endpoint reports it: 0 where it is missing or none."""
    value = usage.get(name) if isinstance(usage, Mapping) else getattr(usage, name, 0)
    if not isinstance(value, int) or isinstance(value, bool):
        return 0
    return max(0, min(value, _MOST_TOKENS))


def fit_tries(timeout: float, retries: int, seconds: float) -> tuple[float, int]:
    """The time for one try and the number of retries, so that all of them fit into ``seconds``."""
    timeout = min(timeout, seconds)
    tries = int(seconds // max(timeout, 0.001))
    return timeout, max(0, min(retries, tries - 1))


@contextmanager
def translated_sdk_errors(
    sdk: Any,
    base: type[Exception],
    who: str,
    timeout: float,
    words: Callable[[Any], str] = lambda body: "",
) -> Iterator[None]:
    """Turn what an SDK raises, all of it below ``base``, into the one error of a compressor.

    ``who`` did not answer, or not well; ``timeout`` is how many seconds it had for one try, and
    ``words`` what is told of the body of an error that came as an answer.

    Raises:
        CompressorFailed: anything of the SDK was raised.
    """
    try:
        yield
    except sdk.APIStatusError as error:
        said = words(error.body)
        raise CompressorFailed(f"{who} answered {error.status_code}{said}") from error
    except sdk.APITimeoutError as error:
        raise CompressorFailed(f"{who} did not answer in {timeout:g} s") from error
    except (base, ValueError) as error:
        raise CompressorFailed(f"{who} cannot be reached: {type(error).__name__}") from error
