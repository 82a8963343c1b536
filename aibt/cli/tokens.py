"""The bearer that requests carry: the one that was given, or short ones from the store itself."""

from collections.abc import Callable

from aibt.cli.complaints import Complaint, Refused

NOT_SIGNED_IN = "not_signed_in"


class Tokens:
    """Bearers for one platform. The first is made when the first request needs one."""

    def __init__(self, given: str | None = None, mint: Callable[[], str] | None = None) -> None:
        """Use `given`, or else what `mint` makes, or else none.

        Args:
            given: an access token.
            mint: makes one; raises `Complaint` where it cannot.
        """
        self._mint = None if given is not None else mint
        self._given = given
        self._current = given
        self._fault: Complaint | None = None

    def headers(self) -> dict[str, str]:
        """Return the headers that say who is asking; none where nobody can say."""
        if self._current is None and self._mint is not None and self._fault is None:
            try:
                self._current = self._mint()
            except Complaint as fault:  # told only if the platform asks who we are
                self._fault = fault
        return {} if self._current is None else {"Authorization": f"Bearer {self._current}"}

    def renew(self) -> bool:
        """Forget the current bearer, which was refused; False: there will be no better one."""
        if self._mint is None or self._fault is not None:
            return False
        self._current = None
        return True

    def refused(self, url: str, why: str) -> Refused:
        """Return the complaint that the platform at `url` does not know who is asking."""
        if self._given is not None:
            cure = "AIBT_TOKEN is not, or no longer, valid there; `aibt token` makes another"
        elif self._fault is not None:
            cure = f"no token could be made from this machine's store ({self._fault})"
        elif self._mint is not None:
            cure = (
                "a token made from this machine's store is not valid there, so it uses another "
                "store or secret: set AIBT_TOKEN to what `aibt token` prints beside that one"
            )
        else:
            cure = "set AIBT_TOKEN to what `aibt token` prints on its machine"
        return Refused(NOT_SIGNED_IN, f"{url} does not let you in ({why}): {cure}.", None)
