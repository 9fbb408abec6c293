"""The formats of a bundle, past and present, and how an old one becomes a new one.

The format number goes up when a bundle could be written that an older multitag would refuse or misread: with a new
file name, a new key in manifest.json, a new calibration method, a changed meaning of anything. The older multitag then
says that it is too old, and not that the bundle is damaged. Every format ever released stays readable, and a bundle of
it stays in tests/bundle/fixtures.

* Format 1: the only calibration method is identity.
* Format 2: the methods platt and isotonic, and guarantee.json, which is optional.

So far each format contains the one before it: an old bundle is read by the rules of the present one, and gets the
present number when it is written again. What a later format changes in older files is to be converted here.
"""

from __future__ import annotations

from multitag.errors import BundleError

FORMAT = 2


def check_format(number: object, where: str) -> None:
    """Check that this multitag can read a format.

    Parameters
    ----------
    number : object
        ``format`` of a manifest, as it was read.
    where : str
        The manifest, for the error.

    Raises
    ------
    BundleError
        If it is not a format number, or that of a newer multitag.
    """
    if type(number) is not int or number < 1:  # not isinstance: True is no number here
        raise BundleError(f"{where}: expected a format number from 1 on, got {str(number)[:40]!r}; not a bundle")
    if number > FORMAT:
        raise BundleError(
            f"{where}: written by a newer multitag (format {number}); this one reads up to {FORMAT}; "
            "upgrade with: pip install -U multitag"
        )
